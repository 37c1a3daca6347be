package dev.vgnet.image;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Where the first frame of a GIF lies on its screen (GIF89a, sections 18 to 23), as PIL takes it: a
 * frame beyond the screen widens it, and around the frame is its transparent colour, or else its
 * first one; the background that the screen names is for later frames only.
 *
 * @param around index of the colour around the frame
 */
record GifFile(int width, int height, int left, int top, int around) {
  private static final byte[] SIGNATURE = "GIF8".getBytes(US_ASCII);
  private static final int HEADER_BYTES = 13;
  private static final int IMAGE = ',';
  private static final int EXTENSION = '!';
  private static final int GRAPHIC_CONTROL = 0xf9;

  static boolean isGif(byte[] file) {
    return Arrays.mismatch(file, SIGNATURE) == SIGNATURE.length;
  }

  /**
   * Reads up to the first frame.
   *
   * @throws RuntimeException if the file ends before
   */
  static GifFile of(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int screenWidth = in.getShort(6) & 0xffff;
    int screenHeight = in.getShort(8) & 0xffff;
    int flags = in.get(10);
    in.position(HEADER_BYTES + ((flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1));
    int around = 0;
    for (int block = in.get(); block != IMAGE; block = in.get()) {
      if (block == EXTENSION) {
        boolean control = (in.get() & 0xff) == GRAPHIC_CONTROL;
        if (control && (in.get(in.position() + 1) & 1) != 0) {
          around = in.get(in.position() + 4) & 0xff;
        }
        skipParts(in);
      }
    }
    int left = in.getShort() & 0xffff;
    int top = in.getShort() & 0xffff;
    int right = left + (in.getShort() & 0xffff);
    int bottom = top + (in.getShort() & 0xffff);
    return new GifFile(
        Math.max(screenWidth, right), Math.max(screenHeight, bottom), left, top, around);
  }

  private static void skipParts(ByteBuffer in) {
    for (int length = in.get() & 0xff; length > 0; length = in.get() & 0xff) {
      in.position(in.position() + length);
    }
  }

  /** The picture that a viewer shows: the frame, and what is around it. */
  BufferedImage screen(BufferedImage frame) {
    BufferedImage rgb = RgbImages.of(frame);
    if (frame.getWidth() == width && frame.getHeight() == height) {
      return rgb;
    }
    int colour = colour((IndexColorModel) frame.getColorModel());
    BufferedImage screen = RgbImages.create(width, height);
    byte[] to = RgbImages.pixels(screen);
    for (int i = 0; i < to.length; i += 3) {
      RgbImages.putColour(colour, to, i);
    }
    byte[] from = RgbImages.pixels(rgb);
    int row = 3 * frame.getWidth();
    for (int y = 0; y < frame.getHeight(); y++) {
      System.arraycopy(from, row * y, to, 3 * (width * (top + y) + left), row);
    }
    return screen;
  }

  /** Black if the palette has no such colour. */
  private int colour(IndexColorModel palette) {
    return around < palette.getMapSize() ? palette.getRGB(around) : 0;
  }
}
