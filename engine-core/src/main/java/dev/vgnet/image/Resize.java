package dev.vgnet.image;

import dev.vgnet.model.Interpolation;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * Resizes images to the very bytes that PIL's {@code Image.resize} gives for 8-bit RGB: a pass over
 * the rows, then one over the columns, in 22-bit fixed-point weights and rounded to 8 bits after
 * each; when the image shrinks, the filter grows with the scale and so smooths it. Versions of PIL
 * after those compared with (9.4) may take the columns first where an image is much higher than
 * wide, as 12.3 does beyond 100 times, which changes a few numbers by 1. Safe for any thread.
 */
public final class Resize {
  private static final int HALF = 1 << (AxisFilter.PRECISION_BITS - 1);

  private Resize() {}

  /**
   * Resizes an image without regard to its proportions.
   *
   * @param image of any type, taken as {@link ImageFiles} takes it
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   * @return a new image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws IllegalArgumentException if a size is not positive or the result does not fit in an
   *     array
   */
  public static BufferedImage resize(
      BufferedImage image, int width, int height, Interpolation interpolation) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("no image of %d x %d pixels".formatted(width, height));
    }
    BufferedImage rgb = RgbImages.of(image);
    return resample(
        rgb,
        new Axis(rgb.getWidth(), width, 0, width, interpolation),
        new Axis(rgb.getHeight(), height, 0, height, interpolation));
  }

  /**
   * A part of a resized image, as if that had been cut out after resizing all of it.
   *
   * @param rgb as {@link RgbImages} makes them
   * @param columns of the part
   * @param rows of the part
   */
  static BufferedImage resample(BufferedImage rgb, Axis columns, Axis rows) {
    BufferedImage result = RgbImages.create(columns.count(), rows.count());
    byte[] narrow = resampleColumns(rgb, columns, rows);
    resampleRows(narrow, rows, 3 * columns.count(), RgbImages.pixels(result));
    return result;
  }

  /** The rows that are needed, each with the wanted columns only. */
  private static byte[] resampleColumns(BufferedImage rgb, Axis columns, Axis rows) {
    int firstRow = rows.inputStart(0);
    int inputRows = rows.inputEnd(rows.count() - 1) - firstRow;
    int rowBytes = 3 * columns.count();
    byte[] from = RgbImages.pixels(rgb);
    byte[] narrow = new byte[RgbImages.byteCount(columns.count(), inputRows)];
    int x = 0;
    while (x < columns.count()) {
      AxisFilter filter = AxisFilter.of(columns, x);
      for (int y = 0; y < inputRows; y++) {
        int start = 3 * rgb.getWidth() * (firstRow + y);
        resampleRow(from, start, filter, narrow, rowBytes * y + 3 * x);
      }
      x += filter.outputs();
    }
    return narrow;
  }

  private static void resampleRows(byte[] narrow, Axis rows, int rowBytes, byte[] to) {
    int[] sums = new int[rowBytes];
    int y = 0;
    while (y < rows.count()) {
      AxisFilter filter = AxisFilter.of(rows, y);
      for (int i = 0; i < filter.outputs(); i++, y++) {
        mixRows(narrow, rows.inputStart(0), filter, i, sums);
        for (int b = 0; b < rowBytes; b++) {
          to[rowBytes * y + b] = round(sums[b]);
        }
      }
    }
  }

  private static void resampleRow(
      byte[] from, int rowStart, AxisFilter columns, byte[] to, int toStart) {
    for (int x = 0; x < columns.outputs(); x++) {
      int weight = columns.weightStart(x);
      int end = weight + columns.inputCount(x);
      int source = rowStart + 3 * columns.inputStart(x);
      int blue = HALF;
      int green = HALF;
      int red = HALF;
      for (; weight < end; weight++, source += 3) {
        int factor = columns.weight(weight);
        blue += factor * (from[source] & 0xff);
        green += factor * (from[source + 1] & 0xff);
        red += factor * (from[source + 2] & 0xff);
      }
      int target = toStart + 3 * x;
      to[target] = round(blue);
      to[target + 1] = round(green);
      to[target + 2] = round(red);
    }
  }

  private static void mixRows(byte[] from, int firstRow, AxisFilter rows, int y, int[] sums) {
    Arrays.fill(sums, HALF);
    int weight = rows.weightStart(y);
    int end = weight + rows.inputCount(y);
    int source = sums.length * (rows.inputStart(y) - firstRow);
    for (; weight < end; weight++, source += sums.length) {
      int factor = rows.weight(weight);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += factor * (from[source + i] & 0xff);
      }
    }
  }

  private static byte round(int sum) {
    return (byte) Math.clamp(sum >> AxisFilter.PRECISION_BITS, 0, 255);
  }
}
