package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.Elementwise;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.View.Part;

/**
 * Output channel {@code i * groups + g} is input channel {@code g * (C / groups) + i}. Rows are
 * first put together in the worker's scratch, since the parts of the input may be apart.
 */
final class ShufflePass implements Pass {
  private final RowSource input;
  private final Part output;
  private final int[] permutation;

  ShufflePass(View input, int groups, View output) {
    this.input = new RowSource.Map(input);
    this.output = output.whole();
    int channels = input.channels();
    int[] sources = new int[channels];
    for (int c = 0; c < channels; c++) {
      sources[c] = c % groups * (channels / groups) + c / groups;
    }
    permutation = Elementwise.permutation(sources);
  }

  @Override
  public int units() {
    return input.height();
  }

  @Override
  public long work() {
    return 2L * input.height() * input.width() * input.channels();
  }

  @Override
  public int scratch() {
    return Arenas.index((long) input.width() * input.channels() + Vectors.LANES);
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int y = from; y < to; y++) {
      int row = workspace.scratch;
      input.copyRow(workspace, y, row, input.channels());
      Elementwise.permute(
          workspace.arena,
          row,
          input.channels(),
          permutation,
          output.pixel(y * input.width()),
          output.stride(),
          input.width());
    }
  }
}
