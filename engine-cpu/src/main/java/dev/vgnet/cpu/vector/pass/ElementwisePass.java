package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import java.util.List;

/** An epilogue by itself. */
public record ElementwisePass(View output, Finish finish) implements Pass {
  @Override
  public List<RehearsedKernel<?>> kernels() {
    return finish.kernels();
  }

  @Override
  public int units() {
    return output.height();
  }

  @Override
  public long work() {
    return (long) output.pixels() * output.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    finish.apply(workspace, from * output.width(), (to - from) * output.width());
  }
}
