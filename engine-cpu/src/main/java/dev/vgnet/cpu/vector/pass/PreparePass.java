package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/** A prepared copy of a whole map, all channels of a pixel side by side. */
public record PreparePass(View input, Preparation preparation, Part output) implements Pass {
  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of(preparation.kernel());
  }

  @Override
  public int units() {
    return input.height();
  }

  @Override
  public long work() {
    return (long) input.pixels() * input.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    int first = from * input.width();
    int pixels = (to - from) * input.width();
    preparation.copy(workspace.arena, input, first, pixels, output.pixel(first), output.stride());
  }
}
