package dev.vgnet.image;

/** What the first samples of a pixel mean; further ones, such as alpha, are left out. */
enum ColourModel {
  GREY {
    @Override
    void toBgr(byte[] samples, int bands, byte[] bgr, int offset) {
      for (int i = 0, o = offset; i < samples.length; i += bands, o += 3) {
        bgr[o] = samples[i];
        bgr[o + 1] = samples[i];
        bgr[o + 2] = samples[i];
      }
    }
  },
  RGB {
    @Override
    void toBgr(byte[] samples, int bands, byte[] bgr, int offset) {
      for (int i = 0, o = offset; i < samples.length; i += bands, o += 3) {
        bgr[o] = samples[i + 2];
        bgr[o + 1] = samples[i + 1];
        bgr[o + 2] = samples[i];
      }
    }
  },
  /** Amounts of ink: 255 is full ink. */
  CMYK {
    @Override
    void toBgr(byte[] samples, int bands, byte[] bgr, int offset) {
      for (int i = 0, o = offset; i < samples.length; i += bands, o += 3) {
        int light = 255 - (samples[i + 3] & 0xff);
        bgr[o] = pass(light, samples[i + 2]);
        bgr[o + 1] = pass(light, samples[i + 1]);
        bgr[o + 2] = pass(light, samples[i]);
      }
    }

    /** The light that an ink lets through: {@code light * (255 - ink) / 255}, rounded as in PIL. */
    private static byte pass(int light, byte ink) {
      int product = light * (ink & 0xff) + 128;
      return (byte) (light - ((product + (product >> 8)) >> 8));
    }
  };

  /**
   * Converts pixels.
   *
   * @param samples the samples of pixel after pixel
   * @param bands samples of a pixel
   * @param bgr receives blue, green and red of pixel after pixel
   * @param offset where in {@code bgr} the first pixel goes
   */
  abstract void toBgr(byte[] samples, int bands, byte[] bgr, int offset);
}
