package dev.vgnet.bench.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.bench.engine.Workload;
import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Drivers;
import dev.vgnet.cuda.driver.EmulatedDriver;
import dev.vgnet.cuda.driver.Probe;
import dev.vgnet.cuda.driver.RecordingDriver;
import dev.vgnet.cuda.program.CudaModel;
import dev.vgnet.cuda.program.KernelChoice;
import dev.vgnet.model.ModelFile;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.Zoo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole networks through the CUDA backend: on a device that is a CPU, and on a GPU if there is one.
 */
class CudaTest {
  private static final long CAPACITY = 2L << 30;
  private static final int BATCH = 2;

  @ParameterizedTest
  @CsvSource({
    "vgnetg_1_0mp, FP32, 64, 22",
    "vgnetg_1_0mp, TF32, 64, 22",
    "vgnetg_1_0mp, FP16, 64, 22",
    "vgnetg_1_0mp_se, FP32, 64, 22",
    "vgnetg_1_0mp_se, FP16, 64, 22",
    "vgnetc_1_0mp, FP32, 64, 22",
    "vgnetf1_1_5mp, FP32, 64, 22",
    "vgnetf2_1_5mp, TF32, 64, 22",
    "mobilenet_v2_x0_5, FP32, 64, 17",
    "mobilenet_v2_x0_5, FP16, 32, 17",
    "mobilenet_v3_small_x0_75, TF32, 64, 2",
    "ghostnet_x1_0, FP32, 32, 12",
    "cifar_resnet20, FP32, 32, 0",
    "densenet121_bsconvu, FP32, 32, 0"
  })
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void agreesWithTheReferenceWhenEmulated(
      String network, Precision precision, int size, int joined) {
    EmulatedDriver driver = new EmulatedDriver(precision, CAPACITY);
    List<StepReport> steps = check(network, precision, size, driver);
    assertEquals(0, driver.taken());
    assertEquals(
        joined, steps.stream().filter(s -> s.kind().startsWith("depthwise + pointwise")).count());
  }

  @ParameterizedTest
  @CsvSource({"vgnetg_1_0mp, FP32, 64", "densenet121_bsconvu, FP32, 32"})
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void agreesWithTheReferenceThroughCudnn(String network, Precision precision, int size) {
    EmulatedDriver driver = new EmulatedDriver(precision, CAPACITY, true, 1);
    check(network, precision, size, driver, KernelChoice.CUDNN);
    assertEquals(0, driver.taken());
  }

  /** A convolution, joined with what it can be, and one kernel for each gate; then the head. */
  @ParameterizedTest
  @CsvSource({
    "vgnetg_1_0mp, 36, 0",
    "vgnetg_1_0mp_se, 62, 26",
    "mobilenet_v3_small, 45, 9",
    "efficientnet_b0, 68, 16",
    "regnet_y_400mf, 72, 16"
  })
  void needsFewLaunches(String network, int launches, int gates) {
    ModelFile file = file(network);
    Shape input = Shape.of(16, 3, 224, 224);
    RecordingDriver driver = new RecordingDriver(CAPACITY);
    try (CudaModel model =
        new CudaModel(file.graph(), file.tensors(), driver, Precision.FP32, KernelChoice.OWN)) {
      model.run(input, new float[(int) input.elementCount()], new float[1][16 * 1000]);
    }
    assertEquals(launches, driver.launched.size());
    assertEquals(
        gates, driver.launched.stream().filter(l -> l.kernel().equals("exciteMap")).count());
  }

  @Test
  @EnabledIf("dev.vgnet.cuda.driver.EmulatedDriver#isSupported")
  void staysTheSameRunAfterRun() {
    ModelFile file = file("cifar_resnet20");
    Shape input = Shape.of(1, 3, 32, 32);
    EmulatedDriver driver = new EmulatedDriver(Precision.FP32, CAPACITY);
    try (CudaModel model =
        new CudaModel(file.graph(), file.tensors(), driver, Precision.FP32, KernelChoice.FASTEST)) {
      Endurance endurance =
          Endurance.of("resnet", model, driver::usedBytes, input, Workload.images(input), 10, 10);
      assertEquals(0, endurance.differing());
      assertEquals(0, endurance.deviceBytes());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vgnetg_1_0mp, FP32",
    "vgnetg_1_0mp, TF32",
    "vgnetg_1_0mp, FP16",
    "vgnetg_1_0mp_se, TF32",
    "vgnetf1_1_5mp, FP32",
    "mobilenet_v2_x1_0, FP32",
    "resnet18, FP32",
    "densenet121, FP32"
  })
  @EnabledIf("hasGpu")
  void agreesWithTheReferenceOnAGpu(String network, Precision precision) {
    check(network, precision, 224, Drivers.open(precision));
  }

  static boolean hasGpu() {
    return Probe.availability().available();
  }

  private static ModelFile file(String network) {
    return Zoo.importStateDict(
            Zoo.randomStateDict(network, 1), "random", "", ImportOptions.of(network))
        .file();
  }

  private static List<StepReport> check(
      String network, Precision precision, int size, Driver driver) {
    return check(network, precision, size, driver, KernelChoice.FASTEST);
  }

  /** The steps that computed the network's output. */
  private static List<StepReport> check(
      String network, Precision precision, int size, Driver driver, KernelChoice choice) {
    ModelFile file = file(network);
    Shape input = Shape.of(BATCH, 3, size, size);
    float[] images = Workload.images(input);
    float[] expected;
    SessionOptions reference = SessionOptions.builder().backend("reference").build();
    try (Session session = Model.of(file).newSession(reference)) {
      expected = new float[(int) session.outputShape(input).elementCount()];
      session.run(input, images, expected);
    }
    float[][] outputs = new float[1][expected.length];
    List<StepReport> steps;
    try (CudaModel model = new CudaModel(file.graph(), file.tensors(), driver, precision, choice)) {
      model.run(input, images, outputs);
      float[] first = outputs[0].clone();
      model.run(input, images, outputs);
      assertArrayEquals(first, outputs[0], "the same again");
      steps = model.report(input).steps();
    }
    double error = Parity.error(expected, outputs[0]);
    double limit = Parity.limit(precision);
    assertTrue(error <= limit, "off by %s deviations, the limit is %s".formatted(error, limit));
    return steps;
  }
}
