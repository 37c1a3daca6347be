package dev.vgnet.image;

import dev.vgnet.tensor.Shape;

/**
 * Bounds on what {@link ImageFiles} decodes, so that a small hostile file cannot fill the memory.
 *
 * @param maxBytes size of the encoded picture, and of any part that its header claims
 * @param maxPixels width times height. What a decoder makes of a picture, or of a tile that it may
 *     be stored in, takes at most 8 bytes for each of so many pixels, and some take as much again
 *     while they work; the picture that is returned takes 3 bytes a pixel. The scans of a
 *     progressive JPEG have at most ten times so many pixels in all
 */
public record ImageLimits(long maxBytes, long maxPixels) {
  /** Those of four samples of 16 bits. */
  static final int MAX_PIXEL_BYTES = 8;

  /** As many scans as encoders write for colours: so many may a picture of the most pixels have. */
  static final int FULL_SCANS = 10;

  /** 256 MiB and 100 megapixels. */
  public static final ImageLimits DEFAULT = new ImageLimits(256L << 20, 100_000_000);

  public ImageLimits {
    if (maxBytes < 1 || maxBytes > Shape.MAX_ARRAY_LENGTH || maxPixels < 1) {
      throw new IllegalArgumentException(
          "no limits of %d bytes and %d pixels".formatted(maxBytes, maxPixels));
    }
  }
}
