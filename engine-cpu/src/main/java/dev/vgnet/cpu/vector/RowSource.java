package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueParameters;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.vector.View.Part;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.List;

/** Something whose rows can be copied into the arena, all channels of a pixel side by side. */
interface RowSource {
  int channels();

  int height();

  int width();

  /**
   * Copies row {@code y} to {@code to}; no more than the real channels of each pixel are written.
   *
   * @param stride from one pixel of the copy to the next
   */
  void copyRow(Workspace workspace, int y, int to, int stride);

  /** A feature map in the arena. */
  record Map(View view) implements RowSource {
    private static final EpilogueKernel COPY = EpilogueKernel.of(EpilogueSpec.COPY);

    @Override
    public int channels() {
      return view.channels();
    }

    @Override
    public int height() {
      return view.height();
    }

    @Override
    public int width() {
      return view.width();
    }

    @Override
    public void copyRow(Workspace workspace, int y, int to, int stride) {
      int channel = 0;
      for (int i = 0; i < view.parts().size(); i++) {
        Part part = view.parts().get(i);
        COPY.run(
            workspace.arena,
            part.pixel(y * width()),
            part.stride(),
            to + channel,
            stride,
            width(),
            part.channels(),
            EpilogueParameters.NONE,
            0,
            0,
            0);
        channel += part.channels();
      }
    }
  }

  /** Some channels of the caller's image, which comes channel by channel. */
  record Image(int height, int width, List<Integer> planes) implements RowSource {
    /** Channels of the plan's input. */
    static Image of(Value value) {
      List<Integer> planes = new ArrayList<>();
      for (Segment segment : value.segments()) {
        for (int c = 0; c < segment.channels(); c++) {
          planes.add(segment.firstChannel() + c);
        }
      }
      return new Image(value.height(), value.width(), planes);
    }

    @Override
    public int channels() {
      return planes.size();
    }

    @Override
    public void copyRow(Workspace workspace, int y, int to, int stride) {
      float[] images = workspace.images;
      float[] arena = workspace.arena;
      for (int c = 0; c < planes.size(); c++) {
        int from = workspace.imageOffset + (planes.get(c) * height + y) * width;
        for (int x = 0; x < width; x++) {
          arena[to + x * stride + c] = images[from + x];
        }
      }
    }
  }
}
