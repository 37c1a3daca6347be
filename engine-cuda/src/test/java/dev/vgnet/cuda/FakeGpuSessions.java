package dev.vgnet.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.DeviceTensor;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.cpu.vector.Allocations;
import dev.vgnet.cuda.driver.FakeControls;
import dev.vgnet.cuda.program.KernelChoice;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.runtime.Precision;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Sessions through the real bindings on a GPU that is none. A program, for {@link FakeGpuTest}. */
final class FakeGpuSessions {
  private static final float ROUNDING = 1e-6f;

  private FakeGpuSessions() {}

  /**
   * @param arguments what to do with sessions, and their precision
   */
  public static void main(String[] arguments) throws Exception {
    Precision precision = Precision.valueOf(arguments[1]);
    switch (arguments[0]) {
      case "agree" -> agree(precision, kernel -> !kernel.startsWith("cudnn"));
      case "agree-through-cudnn" -> {
        System.setProperty(KernelChoice.PROPERTY, "cudnn");
        agree(precision, kernel -> kernel.startsWith("cudnn 0 ") || kernel.startsWith("cudnn 1 "));
        if (precision == Precision.FP32) {
          // One of its algorithms does so; it is tried and left out. Others never try it.
          FakeControls.requireNoMisuseBut("cuMemAlloc while capturing");
        }
        requireNothingKept();
      }
      case "lose-cudnn" -> {
        System.setProperty(KernelChoice.PROPERTY, "cudnn");
        loseCudnn(precision);
      }
      case "share" -> share(precision);
      case "lack-memory" -> lackMemory(precision);
      case "allocate-nothing" -> allocateNothing(precision);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    FakeControls.requireNothingLeft();
    FakeControls.requireNoMisuse();
  }

  private static Session open(Model model, Precision precision) {
    return model.newSession(SessionOptions.builder().backend("cuda").precision(precision).build());
  }

  /**
   * @param kernels those that compute convolutions
   */
  private static void agree(Precision precision, Predicate<String> kernels) {
    for (Model model : List.of(SampleModels.plain(), SampleModels.halfIdentity())) {
      try (Session session = open(model, precision);
          Session exact = model.newSession(SessionOptions.builder().backend("reference").build())) {
        agree(session, exact, 1, 13, precision);
        agree(session, exact, 3, 10, precision);
        List<StepReport> steps = session.report(SampleModels.images(3, 10)).steps();
        assertTrue(kernels.test(steps.get(1).kernel()), () -> "unexpected: " + steps);
      }
    }
  }

  /** One algorithm has lacked memory, of which there may be more another time. */
  private static void requireNothingKept() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("dev.vgnet.cuda.cache")))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".choices")).toList()) {
        for (String line : Files.readAllLines(file)) {
          assertFalse(line.contains("=cudnn "), line);
        }
      }
    }
  }

  /** What cuDNN fails at that was chosen earlier, own kernels do; until it works again. */
  private static void loseCudnn(Precision precision) {
    try (Session session = open(SampleModels.plain(), precision)) {
      float[] expected = SampleModels.run(session, 1, 8);
      assertTrue(usesCudnn(session, 1, 8));
      // A larger arena, for which the program is built again.
      SampleModels.run(session, 4, 16);
      FakeControls.failCudnn(true);
      assertArrayEquals(expected, SampleModels.run(session, 1, 8), limit(precision, expected));
      assertFalse(usesCudnn(session, 1, 8));
      SampleModels.run(session, 8, 16);
      assertFalse(usesCudnn(session, 8, 16));
      FakeControls.failCudnn(false);
      assertArrayEquals(expected, SampleModels.run(session, 1, 8), limit(precision, expected));
      assertTrue(usesCudnn(session, 1, 8));
    }
  }

  private static boolean usesCudnn(Session session, int batch, int size) {
    return session.report(SampleModels.images(batch, size)).steps().stream()
        .anyMatch(step -> step.kernel().startsWith("cudnn"));
  }

  private static void agree(
      Session session, Session exact, int batch, int size, Precision precision) {
    float[] expected = SampleModels.run(exact, batch, size);
    float[] found = SampleModels.run(session, batch, size);
    assertArrayEquals(expected, found, limit(precision, expected));
    assertArrayEquals(found, SampleModels.run(session, batch, size), "the same again");
    Shape shape = SampleModels.images(batch, size);
    float[] pixels = SampleModels.numbers(shape);
    try (DeviceTensor images = session.allocate(shape);
        DeviceTensor logits = session.allocate(Shape.of(batch, SampleModels.CLASSES))) {
      images.write(pixels);
      session.run(images, logits);
      float[] stayed = new float[found.length];
      logits.read(stayed);
      assertArrayEquals(found, stayed, "from and to the device's memory");
    }
    assertEquals(
        session.report(shape).steps().size(), session.profile(Tensor.of(shape, pixels)).length);
  }

  /** The share of the largest logit that the check of a GPU machine allows of their deviation. */
  private static float limit(Precision precision, float[] logits) {
    float largest = 0;
    for (float logit : logits) {
      largest = Math.max(largest, Math.abs(logit));
    }
    return largest
        * switch (precision) {
          case FP32 -> 1e-4f;
          case TF32 -> 5e-3f;
          case FP16 -> 2e-2f;
        };
  }

  /** Sessions of one device in threads of their own, opened and closed while others run. */
  private static void share(Precision precision) throws Exception {
    Model model = SampleModels.plain();
    try (ExecutorService threads = Executors.newFixedThreadPool(3);
        Session lasting = open(model, precision)) {
      float[] expected = SampleModels.run(lasting, 2, 12);
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        boolean brief = thread > 0;
        running.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 5; i++) {
                    try (Session own = open(model, precision)) {
                      float[] found = SampleModels.run(brief ? own : lasting, 2, 12);
                      assertArrayEquals(expected, found, ROUNDING);
                    }
                  }
                }));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    }
  }

  /** Wherever memory runs out first, the error says so, and the session goes on. */
  private static void lackMemory(Precision precision) {
    Model model = SampleModels.halfIdentity();
    float[] expected;
    float[] small;
    try (Session session = open(model, precision)) {
      expected = SampleModels.run(session, 4, 16);
      small = SampleModels.run(session, 1, 8);
    }
    int failures = 0;
    boolean refused = true;
    for (int granted = 0; refused; granted++) {
      try (Session session = open(model, precision)) {
        FakeControls.refuse(granted);
        try {
          assertArrayEquals(expected, SampleModels.run(session, 4, 16), ROUNDING);
        } catch (DeviceMemoryException e) {
          failures++;
        }
        refused = FakeControls.hasRefused();
        assertArrayEquals(small, SampleModels.run(session, 1, 8), ROUNDING);
        assertArrayEquals(expected, SampleModels.run(session, 4, 16), ROUNDING);
      }
    }
    assertTrue(failures >= 4, failures + " failures");
  }

  /** From arrays to arrays; two shapes take turns. */
  private static void allocateNothing(Precision precision) {
    try (Session session = open(SampleModels.halfIdentity(), precision)) {
      Shape[] shapes = {SampleModels.images(1, 8), SampleModels.images(2, 12)};
      float[] pixels = SampleModels.numbers(shapes[1]);
      float[] logits = new float[2 * SampleModels.CLASSES];
      Allocations.assertNoneInSteadyState(100, i -> session.run(shapes[i % 2], pixels, logits));
    }
  }
}
