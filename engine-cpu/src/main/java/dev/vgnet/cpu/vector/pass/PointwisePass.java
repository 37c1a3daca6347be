package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/** A product over all pixels of a map: a 1x1 convolution, or a dense layer on its one pixel. */
public record PointwisePass(View input, Product product, Chunks chunks, long work) implements Pass {
  @Override
  public List<RehearsedKernel<?>> kernels() {
    return product.kernels();
  }

  @Override
  public int units() {
    return chunks.count() * product.panels();
  }

  @Override
  public int bands() {
    return chunks.areRows() ? chunks.count() : 0;
  }

  /** A unit reads the weights of one panel. */
  @Override
  public int turns() {
    return units();
  }

  @Override
  public int offsets() {
    return product.offsets();
  }

  /** All panels of a chunk come one after the other, while its inputs are in the cache. */
  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int unit = from; unit < to; unit++) {
      int chunk = unit / product.panels();
      int first = chunks.first(chunk);
      int panel = unit % product.panels();
      int offset = product.firstOffset(panel);
      for (int i = 0; i < input.parts().size(); i++) {
        Part part = input.parts().get(i);
        workspace.offsets[offset + i] = part.pixel(first);
      }
      product.run(workspace, panel, first, chunks.length(chunk));
    }
  }
}
