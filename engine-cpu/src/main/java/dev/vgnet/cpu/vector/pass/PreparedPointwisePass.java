package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.kernel.Vectors;
import java.util.List;
import java.util.stream.Stream;

/**
 * A product whose inputs are prepared first, chunk by chunk in the worker's scratch, where they
 * stay in the cache.
 *
 * @param product of one tap over all channels
 */
public record PreparedPointwisePass(
    View input, Preparation preparation, Product product, Chunks chunks, long work)
    implements Pass {
  @Override
  public List<RehearsedKernel<?>> kernels() {
    return Stream.concat(Stream.of(preparation.kernel()), product.kernels().stream()).toList();
  }

  @Override
  public int units() {
    return chunks.count();
  }

  @Override
  public int offsets() {
    return product.offsets();
  }

  @Override
  public int scratch() {
    return ArrayLength.checked((long) chunks.longest() * stride() + Vectors.LANES);
  }

  private int stride() {
    return Vectors.padded(input.channels());
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int chunk = from; chunk < to; chunk++) {
      int first = chunks.first(chunk);
      int pixels = chunks.length(chunk);
      preparation.copy(workspace.arena, input, first, pixels, workspace.scratch, stride());
      for (int panel = 0; panel < product.panels(); panel++) {
        workspace.offsets[product.firstOffset(panel)] = workspace.scratch;
        product.run(workspace, panel, first, pixels);
      }
    }
  }
}
