package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import java.util.List;

/**
 * A convolution of any kernel, stride and padding over the rows of an {@link ImageRowsPass}. A unit
 * is a row of the output.
 *
 * @param window over those rows, which have the zeros around the image already
 * @param product whose taps are the rows of the kernel
 */
public record ImageConvolutionPass(
    View rows, Window window, Product product, View output, long work) implements Pass {
  @Override
  public List<RehearsedKernel<?>> kernels() {
    return product.kernels();
  }

  @Override
  public int units() {
    return output.height();
  }

  @Override
  public int offsets() {
    return product.offsets();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int y = from; y < to; y++) {
      for (int panel = 0; panel < product.panels(); panel++) {
        int offset = product.firstOffset(panel);
        for (int i = 0; i < window.kernel(); i++) {
          int row = window.row(y, i);
          workspace.offsets[offset + i] = rows.pixel(workspace, rows.whole(), row);
        }
        product.run(workspace, panel, y * output.width(), output.width());
      }
    }
  }
}
