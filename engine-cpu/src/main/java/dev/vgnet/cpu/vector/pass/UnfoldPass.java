package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueParameters;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.plan.Step;
import java.util.Arrays;
import java.util.List;

/**
 * Writes out the windows of a convolution, one after the other, so that it becomes a product over
 * all pixels: on small maps, tiles that end with each row would be small or overlap.
 *
 * @param windows {@code [pixel][K][K][channel]}, as many pixels as the output of the convolution
 */
public record UnfoldPass(View input, Window window, View output, Part windows) implements Pass {
  private static final RehearsedKernel<EpilogueKernel> COPY = RehearsedKernel.of(EpilogueSpec.COPY);

  /** Rows of wider maps fill tiles better. */
  private static final int MAX_WIDTH = 8;

  /** With fewer output channels the copies take too long beside the products. */
  private static final int MIN_CHANNELS = 64;

  /** Floats of the windows; more leave the caches. */
  private static final long MAX_FLOATS = 1 << 19;

  /** Whether this is likely faster than convolving row by row. */
  public static boolean suits(Step.Convolution step, View output) {
    return step.groups() == 1
        && output.width() <= MAX_WIDTH
        && output.channels() >= MIN_CHANNELS
        && output.pixels() * size(step.kernel(), step.input().channels()) <= MAX_FLOATS;
  }

  /** The floats of a window. */
  public static long size(int kernel, int channels) {
    return (long) kernel * kernel * channels;
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of(COPY);
  }

  @Override
  public int units() {
    return output.height();
  }

  @Override
  public long work() {
    return (long) output.pixels() * windows.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    int kernel = window.kernel();
    for (int y = from; y < to; y++) {
      for (int position = 0; position < kernel * kernel; position++) {
        copy(workspace.arena, y, position / kernel, position % kernel);
      }
    }
  }

  /** One position of the windows of an output row. */
  private void copy(float[] arena, int y, int ky, int kx) {
    int row = window.row(y, ky);
    int first = 0;
    int end = 0;
    if (row >= 0 && row < input.height()) {
      int column = window.row(0, kx);
      first = Math.clamp(Math.ceilDiv(-column, window.stride()), 0, output.width());
      end = Math.clamp(Math.ceilDiv(input.width() - column, window.stride()), 0, output.width());
    }
    int channel = (ky * window.kernel() + kx) * input.channels();
    int to = windows.pixel(y * output.width()) + channel;
    clear(arena, to, 0, first);
    clear(arena, to, end, output.width());
    for (int i = 0; i < input.parts().size(); i++) {
      Part part = input.parts().get(i);
      COPY.kernel()
          .run(
              arena,
              part.pixel(row * input.width() + window.row(first, kx)),
              part.stride() * window.stride(),
              to + first * windows.stride(),
              windows.stride(),
              end - first,
              part.channels(),
              EpilogueParameters.NONE,
              0,
              0,
              0);
      to += part.channels();
    }
  }

  private void clear(float[] arena, int to, int first, int end) {
    for (int x = first; x < end; x++) {
      int pixel = to + x * windows.stride();
      Arrays.fill(arena, pixel, pixel + input.channels(), 0);
    }
  }
}
