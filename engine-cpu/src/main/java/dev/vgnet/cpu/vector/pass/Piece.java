package dev.vgnet.cpu.vector.pass;

import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.View.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * Channels that lie side by side in each of several feature maps.
 *
 * @param channel the first of them
 * @param channels how many are written: not more than there are, except where nothing follows them
 *     but the padding of the output
 * @param parts where they lie in each feature map
 */
record Piece(int channel, int channels, List<Part> parts) {
  Part first() {
    return parts.getFirst();
  }

  Part last() {
    return parts.getLast();
  }

  /**
   * Cuts the channels wherever one of the feature maps is cut.
   *
   * @param views of equal numbers of channels
   */
  static List<Piece> of(View... views) {
    int end = views[0].channels();
    List<Piece> pieces = new ArrayList<>();
    for (int from = 0; from < end; ) {
      int start = from;
      List<Part> parts = new ArrayList<>();
      int length = end - from;
      for (View view : views) {
        Part part = view.slice(start, end).parts().getFirst();
        parts.add(part);
        length = Math.min(length, part.channels());
      }
      boolean padded = from + length == end && from % Vectors.LANES == 0;
      pieces.add(new Piece(from, padded ? Vectors.padded(length) : length, List.copyOf(parts)));
      from += length;
    }
    return List.copyOf(pieces);
  }
}
