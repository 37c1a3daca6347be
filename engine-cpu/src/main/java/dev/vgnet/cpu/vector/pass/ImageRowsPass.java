package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.RehearsedKernel;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Puts rows of the caller's image where a convolution reads them: all channels of a pixel side by
 * side, with zeros around the image. A unit is a row, those of zeros included.
 *
 * @param rows a map whose pixels are whole rows
 */
public record ImageRowsPass(
    RowSource.Image image, int padding, Optional<Preparation> preparation, View rows)
    implements Pass {
  /**
   * Where such rows are kept.
   *
   * @param lines how many at a time
   * @param offset in the room of each worker
   */
  public static View rows(RowSource.Image image, int padding, int lines, int offset) {
    int height = ArrayLength.checked(image.height() + 2L * padding);
    int size = ArrayLength.checked((image.width() + 2L * padding) * image.channels());
    return new View(height, 1, List.of(new Part(offset, size, size)), lines);
  }

  @Override
  public List<RehearsedKernel<?>> kernels() {
    return Stream.concat(image.kernels().stream(), preparation.stream().map(Preparation::kernel))
        .<RehearsedKernel<?>>map(kernel -> kernel)
        .toList();
  }

  @Override
  public int units() {
    return rows.height();
  }

  @Override
  public long work() {
    return (long) rows.height() * rows.whole().channels();
  }

  @Override
  public void run(Workspace workspace, int from, int to) {
    int border = padding * image.channels();
    for (int row = from; row < to; row++) {
      int start = rows.pixel(workspace, rows.whole(), row);
      int end = start + rows.whole().channels();
      int y = row - padding;
      if (y < 0 || y >= image.height()) {
        Arrays.fill(workspace.arena, start, end, 0);
      } else {
        Arrays.fill(workspace.arena, start, start + border, 0);
        Arrays.fill(workspace.arena, end - border, end, 0);
        int first = start + border;
        int channels = image.channels();
        image.copyRow(workspace, y, first, channels);
        if (preparation.isPresent()) {
          preparation.get().apply(workspace.arena, first, image.width(), 0, channels);
        }
      }
    }
  }
}
