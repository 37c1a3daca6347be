package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.MapKernel;
import dev.vgnet.cpu.kernel.MapOperation;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/** The product with a map of the same size, or with one number a channel. */
public final class MultiplyPass implements Pass {
  private final View output;
  private final boolean perChannel;
  private final Piece[] pieces;
  private final RehearsedKernel<MapKernel> kernel = RehearsedKernel.of(MapOperation.MULTIPLY);

  public MultiplyPass(View input, View factor, View output) {
    this.output = output;
    perChannel = factor.pixels() == 1;
    pieces = Piece.of(input, factor, output).toArray(Piece[]::new);
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of(kernel);
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
    MapKernel products = kernel.kernel();
    int first = from * output.width();
    int pixels = (to - from) * output.width();
    for (Piece piece : pieces) {
      Part in = piece.parts().get(0);
      Part factor = piece.parts().get(1);
      Part out = piece.parts().get(2);
      products.multiply(
          workspace.arena,
          in.pixel(first),
          in.stride(),
          perChannel ? factor.offset() : factor.pixel(first),
          perChannel ? 0 : factor.stride(),
          out.pixel(first),
          out.stride(),
          pixels,
          piece.channels());
    }
  }
}
