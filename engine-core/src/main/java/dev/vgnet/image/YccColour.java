package dev.vgnet.image;

/**
 * The colour space of JPEG, luminance and two colour differences (ITU-T T.871, section 7), in the
 * 16-bit fixed-point arithmetic of libjpeg, so that results are equal to the bit.
 */
final class YccColour {
  private static final int HALF = 1 << 15;
  private static final int CR_TO_RED = fixed(1.40200);
  private static final int CB_TO_BLUE = fixed(1.77200);
  private static final int CR_TO_GREEN = fixed(0.71414);
  private static final int CB_TO_GREEN = fixed(0.34414);

  private YccColour() {}

  private static int fixed(double factor) {
    return (int) (factor * (1 << 16) + 0.5);
  }

  /**
   * Replaces Y, Cb and Cr by red, green and blue in place.
   *
   * @param bands samples of a pixel; those after the third stay as they are
   */
  static void toRgb(byte[] samples, int bands) {
    for (int i = 0; i + 2 < samples.length; i += bands) {
      int y = samples[i] & 0xff;
      int cb = (samples[i + 1] & 0xff) - 128;
      int cr = (samples[i + 2] & 0xff) - 128;
      samples[i] = clamp(y + ((CR_TO_RED * cr + HALF) >> 16));
      samples[i + 1] = clamp(y + ((HALF - CB_TO_GREEN * cb - CR_TO_GREEN * cr) >> 16));
      samples[i + 2] = clamp(y + ((CB_TO_BLUE * cb + HALF) >> 16));
    }
  }

  private static byte clamp(int value) {
    return (byte) Math.clamp(value, 0, 255);
  }
}
