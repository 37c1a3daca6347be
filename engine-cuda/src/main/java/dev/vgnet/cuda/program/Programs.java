package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.PlatformThread;
import dev.vgnet.cuda.driver.Replay;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.error.DeviceFailedException;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.function.BiFunction;

/**
 * The programs of the batches seen last, captured, and the arena that they take turns to use. A
 * program that needs a larger arena ends all others, which know the addresses of the old one.
 */
final class Programs implements AutoCloseable {
  /** The batches and image sizes whose programs are kept. */
  static final int MAX_PROGRAMS = 8;

  private static final System.Logger LOGGER = System.getLogger(Programs.class.getName());

  /** A program that can be repeated as one. */
  record Ready(Program program, Replay replay) {}

  private final Driver driver;
  private final KernelChoice choice;
  private final BiFunction<Shape, KernelChoice, ProgramBuilder> builder;

  /** The least recently used first. */
  private final LinkedHashMap<Shape, Ready> ready =
      new LinkedHashMap<>(2 * MAX_PROGRAMS, 0.75f, /* accessOrder= */ true);

  private long arena;
  private long arenaBytes;

  /**
   * @param builder of the program for a batch, from kernels of some choice
   */
  Programs(
      Driver driver, KernelChoice choice, BiFunction<Shape, KernelChoice, ProgramBuilder> builder) {
    this.driver = driver;
    this.choice = choice;
    this.builder = builder;
  }

  /**
   * The program for a batch. The device is attached to this thread then, whoever has built it.
   *
   * @param input {@code [N, C, H, W]}
   * @throws DeviceMemoryException if the device has no room for it; the arena is then given back,
   *     and all programs with it
   */
  Ready get(Shape input) {
    Ready known = ready.get(input);
    if (known != null) {
      return known;
    }
    Ready made =
        PlatformThread.call(
            () -> {
              driver.attach();
              return make(input);
            });
    driver.attach();
    return made;
  }

  private Ready make(Shape input) {
    try {
      Program program = build(input, choice);
      try {
        return capture(program);
      } catch (DeviceFailedException e) {
        requireOtherKernels(program, e);
        return capture(build(input, KernelChoice.OWN));
      }
    } catch (DeviceMemoryException e) {
      // A smaller batch may fit with a smaller arena.
      close();
      throw e;
    }
  }

  private Program build(Shape input, KernelChoice kernels) {
    ProgramBuilder program = builder.apply(input, kernels);
    reserve(program.bytes());
    Program placed = program.build(arena);
    if (placed.bytes() > arenaBytes) {
      throw new IllegalStateException(
          "%s needs %d bytes, reserved are %d".formatted(input, placed.bytes(), arenaBytes));
    }
    return placed;
  }

  private Ready capture(Program program) {
    if (ready.size() == MAX_PROGRAMS) {
      ready.pollFirstEntry().getValue().replay().close();
    }
    Ready made = new Ready(program, driver.capture(program.computing()));
    ready.put(program.input(), made);
    return made;
  }

  /**
   * Requires that it is cuDNN that has failed, and the device still works; what was chosen of
   * cuDNN's is forgotten then.
   */
  private void requireOtherKernels(Program program, DeviceFailedException failure) {
    if (!Work.callsCudnn(program.computing())) {
      throw failure;
    }
    try {
      driver.await();
    } catch (DeviceFailedException e) {
      failure.addSuppressed(e);
      throw failure;
    }
    LOGGER.log(
        System.Logger.Level.WARNING,
        "own kernels compute {0}, as cuDNN''s have failed: {1}",
        program.input(),
        failure.getMessage());
    driver.choices().forget(Way::isOfCudnn);
  }

  @Override
  public void close() {
    ready.values().forEach(program -> program.replay().close());
    ready.clear();
    if (arenaBytes > 0) {
      driver.free(arena);
      arena = 0;
      arenaBytes = 0;
    }
  }

  private void reserve(long bytes) {
    if (bytes > arenaBytes) {
      close();
      arena = driver.allocate(bytes);
      arenaBytes = bytes;
    }
  }
}
