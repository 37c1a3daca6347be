package dev.vgnet.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * A kernel, started on a grid of blocks.
 *
 * @param kernel its name
 * @param columns of the grid
 * @param rows of the grid
 * @param threads of a block
 * @param parameters the bytes of the structure that the kernel takes
 */
public record Launch(String kernel, int columns, int rows, int threads, MemorySegment parameters)
    implements Work {
  /** The most rows that a grid may have. */
  public static final int MAX_ROWS = 65_535;

  /** What CUDA passes to a kernel at most. */
  public static final int MAX_PARAMETER_BYTES = 4096;

  public Launch {
    parameters = parameters.asReadOnly();
    if (parameters.byteSize() > MAX_PARAMETER_BYTES) {
      throw new IllegalArgumentException(
          "%s would take %d bytes".formatted(kernel, parameters.byteSize()));
    }
    if (columns < 1 || rows < 1 || rows > MAX_ROWS || threads < 1) {
      throw new IllegalArgumentException(
          "%s cannot be started on %d x %d blocks of %d threads"
              .formatted(kernel, columns, rows, threads));
    }
  }

  @Override
  public String name() {
    return kernel;
  }
}
