package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Replay;
import dev.vgnet.error.DeviceMemoryException;
import dev.vgnet.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.function.Function;

/**
 * The programs of the batches seen last, captured, and the arena that they take turns to use. A
 * program that needs a larger arena ends all others, which know the addresses of the old one.
 */
final class Programs implements AutoCloseable {
  /** The batches and image sizes whose programs are kept. */
  static final int MAX_PROGRAMS = 8;

  /** A program that can be repeated as one. */
  record Ready(Program program, Replay replay) {}

  private final Driver driver;
  private final Function<Shape, ProgramBuilder> builder;

  /** The least recently used first. */
  private final LinkedHashMap<Shape, Ready> ready =
      new LinkedHashMap<>(2 * MAX_PROGRAMS, 0.75f, /* accessOrder= */ true);

  private long arena;
  private long arenaBytes;

  /**
   * @param builder of the program for a batch
   */
  Programs(Driver driver, Function<Shape, ProgramBuilder> builder) {
    this.driver = driver;
    this.builder = builder;
  }

  /**
   * The program for a batch.
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
    ProgramBuilder program = builder.apply(input);
    try {
      reserve(program.bytes());
      Program placed = program.build(arena);
      if (placed.bytes() > arenaBytes) {
        throw new IllegalStateException(
            "%s needs %d bytes, reserved are %d".formatted(input, placed.bytes(), arenaBytes));
      }
      if (ready.size() == MAX_PROGRAMS) {
        ready.pollFirstEntry().getValue().replay().close();
      }
      Ready made = new Ready(placed, driver.capture(placed.computing()));
      ready.put(input, made);
      return made;
    } catch (DeviceMemoryException e) {
      // A smaller batch may fit with a smaller arena.
      close();
      throw e;
    }
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
