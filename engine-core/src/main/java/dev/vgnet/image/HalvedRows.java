package dev.vgnet.image;

/**
 * Samples that a JPEG file holds for every second row only, such as the colours of a 4:2:2 picture
 * that was turned (4:4:0). The libjpeg of most JDKs repeats their rows; libjpeg-turbo, which is
 * PIL's, interpolates ({@code h1v2_fancy_upsample}).
 */
final class HalvedRows {
  private HalvedRows() {}

  /**
   * Makes of repeated rows the interpolated ones, in place. Rows that are not repeated stay, as
   * some JDKs decode with libjpeg-turbo themselves.
   *
   * @param samples pixel after pixel
   * @param bands samples of a pixel
   * @param band which of them
   * @param width pixels of a row
   */
  static void interpolate(byte[] samples, int bands, int band, int width) {
    int stride = bands * width;
    if (!isRepeated(samples, bands, band, stride)) {
      return;
    }
    byte[] above = new byte[width];
    for (int row = band; row < samples.length; row += 2 * stride) {
      for (int x = 0; x < width; x++) {
        int i = row + bands * x;
        int own = samples[i] & 0xff;
        int previous = row == band ? own : above[x] & 0xff;
        int next = i + 2 * stride < samples.length ? samples[i + 2 * stride] & 0xff : own;
        above[x] = (byte) own;
        samples[i] = (byte) ((3 * own + previous + 1) >> 2);
        if (i + stride < samples.length) {
          samples[i + stride] = (byte) ((3 * own + next + 2) >> 2);
        }
      }
    }
  }

  private static boolean isRepeated(byte[] samples, int bands, int band, int stride) {
    for (int row = band; row + stride < samples.length; row += 2 * stride) {
      for (int i = row; i < row + stride; i += bands) {
        if (samples[i] != samples[i + stride]) {
          return false;
        }
      }
    }
    return true;
  }
}
