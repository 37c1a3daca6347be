package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.plan.Step;
import java.util.List;

/** A 1x1 convolution of every {@code stride}-th pixel of every {@code stride}-th row. */
public record StridedPass(View input, View output, int stride, Product product, long work)
    implements Pass {
  public static boolean suits(Step.Convolution step) {
    return step.kernel() == 1 && step.padding() == 0 && step.groups() == 1;
  }

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

  /** Panel by panel, so that a panel's weights serve all rows before they leave the cache. */
  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int panel = 0; panel < product.panels(); panel++) {
      int offset = product.firstOffset(panel);
      for (int y = from; y < to; y++) {
        for (int i = 0; i < input.parts().size(); i++) {
          Part part = input.parts().get(i);
          workspace.offsets[offset + i] = input.pixel(workspace, part, y * stride * input.width());
        }
        product.run(workspace, panel, y * output.width(), output.width());
      }
    }
  }
}
