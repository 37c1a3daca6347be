package dev.vgnet.cpu.kernel;

/** What a {@link MapKernel} can do. Each is rehearsed on its own, where it is needed. */
public enum MapOperation implements Twin<MapKernel> {
  MAX {
    @Override
    public void rehearse(MapKernel kernel, float[] memory) {
      kernel.max(memory, 0, 0, 0, STRIDE, OUT, STRIDE, 1, PIXELS * STRIDE);
      kernel.max(memory, 0, 0, 0, STRIDE, OUT, STRIDE, PIXELS, CHANNELS);
    }
  },

  MEAN {
    @Override
    public void rehearse(MapKernel kernel, float[] memory) {
      kernel.mean(memory, LINES, 0, STRIDE, PIXELS, LINES.length * PIXELS - 1, CHANNELS, 1, OUT);
    }
  },

  MULTIPLY {
    @Override
    public void rehearse(MapKernel kernel, float[] memory) {
      kernel.multiply(memory, 0, STRIDE, 0, 0, OUT, STRIDE, PIXELS, CHANNELS);
    }
  },

  INTERLEAVE {
    @Override
    public void rehearse(MapKernel kernel, float[] memory) {
      interleave(kernel, memory, PIXELS * STRIDE / 3);
    }

    @Override
    public void rehearseDry(MapKernel kernel, float[] memory) {
      interleave(kernel, memory, 0);
    }

    private void interleave(MapKernel kernel, float[] memory, int width) {
      kernel.interleave(memory, 0, 0, 0, width, memory, OUT, 3);
    }
  };

  private static final MapKernel PLAIN = new PlainMaps();

  /** Of a rehearsal; a part of a vector, too, as what is not rehearsed is compiled again. */
  private static final int CHANNELS = 2 * Vectors.LANES - 1;

  private static final int STRIDE = 2 * Vectors.LANES;
  private static final int PIXELS = 28;
  private static final int OUT = PIXELS * STRIDE;
  private static final int[] LINES = new int[4];

  @Override
  public MapKernel kernel() {
    return PLAIN;
  }

  @Override
  public MapKernel generate() {
    return new VectorMaps();
  }

  @Override
  public long memory() {
    return 2L * PIXELS * STRIDE;
  }
}
