package dev.vgnet.image;

import dev.vgnet.tensor.Shape;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Optional;

/**
 * Turns images of every kind into the one kind that this package works on: {@link
 * BufferedImage#TYPE_3BYTE_BGR} without padding. Samples are taken as they are, without colour
 * management, as PIL takes them; Java2D would brighten grey, for one.
 */
final class RgbImages {
  private RgbImages() {}

  /** Converts one row of an image. */
  private interface RowReader {
    /**
     * @param bgr receives blue, green and red of pixel after pixel
     * @param offset where in {@code bgr} the row goes
     */
    void read(int y, byte[] bgr, int offset);
  }

  /** A new black image. */
  static BufferedImage create(int width, int height) {
    byteCount(width, height);
    return new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
  }

  /**
   * How many bytes the pixels of an image take.
   *
   * @throws IllegalArgumentException if they do not fit in an array
   */
  static int byteCount(int width, int height) {
    if (3L * width * height > Shape.MAX_ARRAY_LENGTH) {
      throw new IllegalArgumentException(
          "an image of %d x %d pixels does not fit in an array".formatted(width, height));
    }
    return 3 * width * height;
  }

  /** The samples of an image that {@link #of} or {@link #create} returned; changes show in it. */
  static byte[] pixels(BufferedImage rgb) {
    return ((DataBufferByte) rgb.getRaster().getDataBuffer()).getData();
  }

  /** The image itself if it is of that kind already, else a converted copy. */
  static BufferedImage of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
        && pixels(image).length == 3L * width * height) {
      return image;
    }
    BufferedImage rgb = create(width, height);
    byte[] bgr = pixels(rgb);
    RowReader reader = rowReader(image);
    for (int y = 0; y < height; y++) {
      reader.read(y, bgr, 3 * width * y);
    }
    return rgb;
  }

  private static RowReader rowReader(BufferedImage image) {
    return switch (image.getColorModel()) {
      case IndexColorModel palette when palette.getTransferType() == DataBuffer.TYPE_BYTE ->
          indexedReader(image.getRaster(), palette);
      case ComponentColorModel model when colourModel(model).isPresent() ->
          componentReader(image.getRaster(), colourModel(model).get());
      case DirectColorModel model when isPlainRgb(model) ->
          packedReader(image.getRaster(), new int[image.getWidth()]);
      case DirectColorModel model when isShortRgb(model) ->
          shortReader(image.getRaster(), model, new short[image.getWidth()]);
      default -> managedReader(image, new int[image.getWidth()]);
    };
  }

  private static RowReader indexedReader(Raster raster, IndexColorModel palette) {
    byte[] row = new byte[raster.getWidth()];
    int[] colours = new int[256];
    palette.getRGBs(colours);
    return (y, bgr, offset) -> {
      raster.getDataElements(0, y, row.length, 1, row);
      for (int x = 0, o = offset; x < row.length; x++, o += 3) {
        putColour(colours[row[x] & 0xff], bgr, o);
      }
    };
  }

  private static RowReader componentReader(Raster raster, ColourModel model) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    byte[] row = new byte[width * bands];
    if (raster.getTransferType() == DataBuffer.TYPE_BYTE) {
      return (y, bgr, offset) -> {
        raster.getDataElements(0, y, width, 1, row);
        model.toBgr(row, bands, bgr, offset);
      };
    }
    short[] wideRow = new short[width * bands];
    return (y, bgr, offset) -> {
      raster.getDataElements(0, y, width, 1, wideRow);
      for (int i = 0; i < row.length; i++) {
        row[i] = (byte) (wideRow[i] >> 8);
      }
      model.toBgr(row, bands, bgr, offset);
    };
  }

  private static RowReader packedReader(Raster raster, int[] row) {
    return (y, bgr, offset) -> {
      raster.getDataElements(0, y, row.length, 1, row);
      putColours(row, bgr, offset);
    };
  }

  private static RowReader shortReader(Raster raster, DirectColorModel model, short[] row) {
    int[] masks = {model.getBlueMask(), model.getGreenMask(), model.getRedMask()};
    return (y, bgr, offset) -> {
      raster.getDataElements(0, y, row.length, 1, row);
      for (int i = 0; i < 3 * row.length; i++) {
        bgr[offset + i] = sample(row[i / 3], masks[i % 3]);
      }
    };
  }

  /** Some bits of a pixel, scaled to 255 and cut off as in PIL; Java2D would round. */
  private static byte sample(int pixel, int mask) {
    return mask == 0 ? 0 : (byte) (255 * (pixel & mask) / mask);
  }

  private static RowReader managedReader(BufferedImage image, int[] row) {
    return (y, bgr, offset) -> {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      putColours(row, bgr, offset);
    };
  }

  private static void putColours(int[] row, byte[] bgr, int offset) {
    for (int x = 0, o = offset; x < row.length; x++, o += 3) {
      putColour(row[x], bgr, o);
    }
  }

  /** Stores a pixel, from a number like {@code 0xrrggbb}. */
  static void putColour(int rgb, byte[] bgr, int offset) {
    bgr[offset] = (byte) rgb;
    bgr[offset + 1] = (byte) (rgb >> 8);
    bgr[offset + 2] = (byte) (rgb >> 16);
  }

  /** How to read whole samples of 8 or 16 bits; empty for what Java2D has to convert. */
  private static Optional<ColourModel> colourModel(ComponentColorModel model) {
    int type = model.getTransferType();
    if ((type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT)
        || model.getComponentSize(0) != DataBuffer.getDataTypeSize(type)
        || (model.hasAlpha() && model.isAlphaPremultiplied())) {
      return Optional.empty();
    }
    return switch (model.getColorSpace().getType()) {
      case ColorSpace.TYPE_GRAY -> Optional.of(ColourModel.GREY);
      case ColorSpace.TYPE_RGB -> Optional.of(ColourModel.RGB);
      case ColorSpace.TYPE_CMYK -> Optional.of(ColourModel.CMYK);
      default -> Optional.empty();
    };
  }

  private static boolean isShortRgb(DirectColorModel model) {
    return model.getTransferType() == DataBuffer.TYPE_USHORT
        && !(model.hasAlpha() && model.isAlphaPremultiplied());
  }

  private static boolean isPlainRgb(DirectColorModel model) {
    return model.getTransferType() == DataBuffer.TYPE_INT
        && model.getRedMask() == 0xff0000
        && model.getGreenMask() == 0xff00
        && model.getBlueMask() == 0xff
        && !(model.hasAlpha() && model.isAlphaPremultiplied());
  }
}
