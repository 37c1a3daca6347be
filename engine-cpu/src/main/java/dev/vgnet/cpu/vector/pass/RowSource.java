package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.EpilogueKernel;
import dev.vgnet.cpu.kernel.EpilogueParameters;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.MapKernel;
import dev.vgnet.cpu.kernel.MapOperation;
import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.plan.Segment;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.List;

/** Something whose rows can be copied into the arena, all channels of a pixel side by side. */
public interface RowSource {
  int channels();

  int height();

  int width();

  /** The kernels that {@link #copyRow} calls. */
  List<RehearsedKernel<?>> kernels();

  /**
   * Copies row {@code y} to {@code to}; no more than the real channels of each pixel are written.
   *
   * @param stride from one pixel of the copy to the next
   */
  void copyRow(Workspace workspace, int y, int to, int stride);

  /** A feature map in the arena. */
  record Map(View view) implements RowSource {
    private static final RehearsedKernel<EpilogueKernel> COPY =
        RehearsedKernel.of(EpilogueSpec.COPY);

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
    public List<RehearsedKernel<?>> kernels() {
      return List.of(COPY);
    }

    @Override
    public void copyRow(Workspace workspace, int y, int to, int stride) {
      int channel = 0;
      for (int i = 0; i < view.parts().size(); i++) {
        Part part = view.parts().get(i);
        COPY.kernel()
            .run(
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
    private static final int COLOURS = 3;

    private static final RehearsedKernel<MapKernel> INTERLEAVE =
        RehearsedKernel.of(MapOperation.INTERLEAVE);

    /** Channels of the plan's input. */
    public static Image of(Value value) {
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
    public List<RehearsedKernel<?>> kernels() {
      return planes.size() < COLOURS ? List.of() : List.of(INTERLEAVE);
    }

    @Override
    public void copyRow(Workspace workspace, int y, int to, int stride) {
      int row = workspace.imageOffset + y * width;
      int c = 0;
      for (; c + COLOURS <= planes.size(); c += COLOURS) {
        INTERLEAVE
            .kernel()
            .interleave(
                workspace.images,
                row + plane(c),
                row + plane(c + 1),
                row + plane(c + 2),
                width,
                workspace.arena,
                to + c,
                stride);
      }
      for (; c < planes.size(); c++) {
        copyOne(workspace, row + plane(c), to + c, stride);
      }
    }

    private int plane(int channel) {
      return planes.get(channel) * height * width;
    }

    private void copyOne(Workspace workspace, int from, int to, int stride) {
      for (int x = 0; x < width; x++) {
        workspace.arena[to + x * stride] = workspace.images[from + x];
      }
    }
  }
}
