package dev.vgnet.cuda.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.cpu.vector.SampleNetwork;
import dev.vgnet.cuda.driver.Cudnn;
import dev.vgnet.cuda.driver.CudnnAlgorithm;
import dev.vgnet.cuda.driver.CudnnAlgorithm.WeightLayout;
import dev.vgnet.cuda.driver.CudnnConvolution;
import dev.vgnet.cuda.driver.RecordingDriver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of ways that fail, in this session and in those after it. */
class ChooserTest {
  private static final long CAPACITY = 1L << 30;
  private static final int SLOWER = 100;
  private static final String OWN = "tiles";

  private static final Cudnn CUDNN =
      _ ->
          List.of(
              new CudnnAlgorithm(0, WeightLayout.NHWC, 0),
              new CudnnAlgorithm(1, WeightLayout.NHWC, 0));

  @TempDir private Path folder;

  /** The algorithms that were measured, over all sessions. */
  private final List<Integer> measured = new ArrayList<>();

  /** Of the last session. */
  private RecordingDriver driver;

  private static Optional<Integer> algorithm(List<Work> work) {
    return work.stream()
        .filter(CudnnConvolution.class::isInstance)
        .map(call -> ((CudnnConvolution) call).algorithm().number())
        .findFirst();
  }

  /**
   * What computes the only step of a network, in a session that knows what those before it have
   * left on disk.
   *
   * @param clock the nanoseconds of cuDNN's algorithms
   * @param uncapturable those that cannot be captured
   */
  private String kernel(IntUnaryOperator clock, Predicate<Integer> uncapturable) {
    SampleNetwork network = new SampleNetwork(new Random(1), 8);
    String point = network.pointwise("x", 8, 64);
    driver =
        new RecordingDriver(
            CAPACITY,
            RecordingDriver.choices(folder.resolve("a.choices")),
            Optional.of(CUDNN),
            work -> algorithm(work).map(number -> measure(clock, number)).orElse(SLOWER));
    driver.uncapturable = work -> algorithm(work).filter(uncapturable).isPresent();
    try (CudaModel model =
        new CudaModel(
            network.graph(point), network.tensors, driver, Precision.FP32, KernelChoice.FASTEST)) {
      return model.report(Shape.of(2, 8, 28, 28)).steps().get(1).kernel();
    }
  }

  private int measure(IntUnaryOperator clock, int algorithm) {
    measured.add(algorithm);
    return clock.applyAsInt(algorithm);
  }

  private String kernel(IntUnaryOperator clock) {
    return kernel(clock, _ -> false);
  }

  /** The second one is the faster, if it works. */
  private static IntUnaryOperator failing(Runnable second) {
    return number -> {
      if (number == 1) {
        second.run();
      }
      return SLOWER / (2 + number);
    };
  }

  private static IntUnaryOperator good() {
    return failing(() -> {});
  }

  @Test
  void measuresOnce() {
    assertEquals("cudnn 1 nhwc", kernel(good()));
    assertEquals("cudnn 1 nhwc", kernel(good()));
    assertEquals(List.of(0, 1), measured);
  }

  @Test
  void measuresAgainWhereMemoryWasLacking() {
    String without =
        kernel(
            failing(
                () -> {
                  throw new DeviceMemoryException("made up");
                }));
    assertEquals("cudnn 0 nhwc", without);
    assertEquals("cudnn 1 nhwc", kernel(good()));
    assertEquals(List.of(0, 1, 0, 1), measured);
  }

  @Test
  void leavesOutWhatHasFailedInTwoSessions() {
    IntUnaryOperator failing =
        failing(
            () -> {
              throw new DeviceFailedException("made up");
            });
    assertEquals("cudnn 0 nhwc", kernel(failing));
    assertEquals("cudnn 0 nhwc", kernel(failing));
    assertEquals(List.of(0, 1, 0, 1), measured);
    assertEquals("cudnn 0 nhwc", kernel(good()));
    assertEquals(List.of(0, 1, 0, 1, 0), measured);
    assertEquals("cudnn 0 nhwc", kernel(good()));
    assertEquals(List.of(0, 1, 0, 1, 0), measured, "it is known");
  }

  @Test
  void namesAndLeavesOutWhatTheDeviceDiesOf() {
    DeviceFailedException death =
        assertThrows(
            DeviceFailedException.class,
            () ->
                kernel(
                    failing(
                        () -> {
                          driver.broken = true;
                          throw new DeviceFailedException("made up");
                        })));
    assertEquals("trying cudnn 1 nhwc for conv0: made up", death.getMessage());
    assertEquals("made up", death.getSuppressed()[0].getMessage());
    assertEquals("cudnn 0 nhwc", kernel(good()));
    assertEquals(List.of(0, 1, 0), measured);
  }

  @Test
  void leavesOutWhatCannotBeCaptured() {
    assertEquals("cudnn 0 nhwc", kernel(good(), number -> number == 1));
    assertEquals("cudnn 1 nhwc", kernel(good()), "it has failed once only");
  }

  /** What was measured may fail later. */
  @Test
  void ownKernelsTakeThePlaceOfWhatIsNoLongerCaptured() {
    assertEquals("cudnn 1 nhwc", kernel(good()));
    assertEquals(OWN, kernel(good(), _ -> true));
    assertEquals(List.of(0, 1), measured, "it was known");
    assertEquals("cudnn 1 nhwc", kernel(good()));
    assertEquals(List.of(0, 1, 0, 1), measured, "it was forgotten");
  }

  @Test
  void aDeadDeviceHasNoOtherKernels() {
    kernel(good());
    DeviceFailedException death =
        assertThrows(
            DeviceFailedException.class,
            () ->
                kernel(
                    good(),
                    _ -> {
                      driver.broken = true;
                      return true;
                    }));
    assertEquals("it is broken", death.getSuppressed()[0].getMessage());
    assertEquals("cudnn 1 nhwc", kernel(good()));
    assertEquals(List.of(0, 1), measured, "still known");
  }
}
