package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.List;

/** Writes one of the outputs channel by channel, as the caller wants it. */
public record OutputPass(int index, View value) implements Pass {
  @Override
  public List<RehearsedKernel<?>> kernels() {
    return List.of();
  }

  @Override
  public int units() {
    return value.height();
  }

  @Override
  public long work() {
    return (long) value.pixels() * value.channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    float[] output = workspace.outputs[index];
    int pixels = value.pixels();
    int plane = workspace.image * pixels * value.channels();
    int first = from * value.width();
    int end = to * value.width();
    for (int i = 0; i < value.parts().size(); i++) {
      Part part = value.parts().get(i);
      for (int c = 0; c < part.channels(); c++) {
        for (int pixel = first; pixel < end; pixel++) {
          output[plane + pixel] = workspace.arena[part.pixel(pixel) + c];
        }
        plane += pixels;
      }
    }
  }
}
