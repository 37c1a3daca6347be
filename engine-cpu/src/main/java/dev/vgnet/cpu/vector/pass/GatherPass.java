package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/**
 * Puts scattered channels together. Rows are first copied to the worker's scratch, since the parts
 * of the input may be apart.
 */
public final class GatherPass implements Pass {
  private final RowSource input;
  private final Part output;
  private final int[] sources;

  /**
   * @param channels for each channel of the input, which it is of the output
   */
  public GatherPass(View input, List<Integer> channels, View output) {
    this.input = new RowSource.Map(input);
    this.output = output.whole();
    sources = new int[channels.size()];
    for (int i = 0; i < sources.length; i++) {
      sources[channels.get(i)] = i;
    }
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return input.kernels();
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
    return ArrayLength.checked((long) input.width() * input.channels() + Vectors.LANES);
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int y = from; y < to; y++) {
      int row = workspace.scratch;
      input.copyRow(workspace, y, row, input.channels());
      for (int x = 0; x < input.width(); x++) {
        int out = output.pixel(y * input.width() + x);
        permute(workspace.arena, row + x * input.channels(), sources, out);
      }
    }
  }

  /** Plain Java, which is as fast as vectors that gather, and at once. */
  private static void permute(float[] arena, int in, int[] sources, int out) {
    for (int c = 0; c < sources.length; c++) {
      arena[out + c] = arena[in + sources[c]];
    }
  }
}
