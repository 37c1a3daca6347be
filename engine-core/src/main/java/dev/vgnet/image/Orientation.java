package dev.vgnet.image;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * How a stored picture must be turned to stand upright.
 *
 * @param swapped the upright picture's columns are the stored rows
 * @param columnsReversed the stored columns run from right to left
 * @param rowsReversed the stored rows run from bottom to top
 */
record Orientation(boolean swapped, boolean columnsReversed, boolean rowsReversed) {
  static final Orientation UPRIGHT = new Orientation(false, false, false);

  /** The values 1 to 8 of the tag Orientation (EXIF 2.3, section 4.6.4), in order. */
  private static final List<Orientation> BY_TAG =
      List.of(
          UPRIGHT,
          new Orientation(false, true, false),
          new Orientation(false, true, true),
          new Orientation(false, false, true),
          new Orientation(true, false, false),
          new Orientation(true, false, true),
          new Orientation(true, true, true),
          new Orientation(true, true, false));

  /** Pixels are moved in squares of this side, which keeps both pictures in the cache. */
  private static final int TILE = 64;

  /**
   * The orientation that a tag names; upright if it names none.
   *
   * @param tag 1 to 8
   */
  static Orientation ofTag(int tag) {
    return tag >= 1 && tag <= BY_TAG.size() ? BY_TAG.get(tag - 1) : UPRIGHT;
  }

  /**
   * The upright picture.
   *
   * @param stored as {@link RgbImages} makes them; returned itself if it is upright
   */
  BufferedImage apply(BufferedImage stored) {
    if (equals(UPRIGHT)) {
      return stored;
    }
    int storedWidth = stored.getWidth();
    int storedHeight = stored.getHeight();
    int columnStep = columnsReversed ? -3 : 3;
    int rowStep = 3 * storedWidth * (rowsReversed ? -1 : 1);
    int origin =
        (columnsReversed ? 3 * (storedWidth - 1) : 0)
            + (rowsReversed ? 3 * storedWidth * (storedHeight - 1) : 0);
    BufferedImage upright =
        swapped
            ? RgbImages.create(storedHeight, storedWidth)
            : RgbImages.create(storedWidth, storedHeight);
    int stepX = swapped ? rowStep : columnStep;
    int stepY = swapped ? columnStep : rowStep;
    for (int y = 0; y < upright.getHeight(); y += TILE) {
      for (int x = 0; x < upright.getWidth(); x += TILE) {
        moveTile(RgbImages.pixels(stored), origin, stepX, stepY, upright, x, y);
      }
    }
    return upright;
  }

  private static void moveTile(
      byte[] from, int origin, int stepX, int stepY, BufferedImage upright, int left, int top) {
    byte[] to = RgbImages.pixels(upright);
    int width = upright.getWidth();
    int right = Math.min(left + TILE, width);
    int bottom = Math.min(top + TILE, upright.getHeight());
    for (int y = top; y < bottom; y++) {
      int source = origin + left * stepX + y * stepY;
      for (int t = 3 * (y * width + left); t < 3 * (y * width + right); t += 3) {
        to[t] = from[source];
        to[t + 1] = from[source + 1];
        to[t + 2] = from[source + 2];
        source += stepX;
      }
    }
  }
}
