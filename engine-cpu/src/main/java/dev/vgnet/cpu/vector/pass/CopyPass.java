package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/** Copies rows into a feature map: the caller's image, or a value that lies in parts. */
public record CopyPass(RowSource source, Part output) implements Pass {
  @Override
  public List<RehearsedKernel<?>> kernels() {
    return source.kernels();
  }

  @Override
  public int units() {
    return source.height();
  }

  @Override
  public long work() {
    return (long) source.height() * source.width() * source.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    for (int y = from; y < to; y++) {
      source.copyRow(workspace, y, output.pixel(y * source.width()), output.stride());
    }
  }
}
