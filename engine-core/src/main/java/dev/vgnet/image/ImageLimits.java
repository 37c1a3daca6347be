package dev.vgnet.image;

/**
 * Bounds on what {@link ImageFiles} decodes, so that a small hostile file cannot fill the memory.
 *
 * @param maxBytes size of the encoded picture
 * @param maxPixels width times height; a decoded pixel takes 3 to 8 bytes
 */
public record ImageLimits(long maxBytes, long maxPixels) {
  /** 256 MiB and 100 megapixels. */
  public static final ImageLimits DEFAULT = new ImageLimits(256L << 20, 100_000_000);

  public ImageLimits {
    if (maxBytes < 1 || maxBytes > Integer.MAX_VALUE - 8 || maxPixels < 1) {
      throw new IllegalArgumentException(
          "no limits of %d bytes and %d pixels".formatted(maxBytes, maxPixels));
    }
  }
}
