package dev.vgnet.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.spi.ImageReaderSpi;

/** What the fields of a TIFF file say (TIFF 6.0, section 2). */
final class TiffFile {
  private static final String METADATA = "javax_imageio_tiff_image_1.0";

  private TiffFile() {}

  /** The fields of the first picture, where it is a TIFF file that is being read. */
  static Optional<TIFFDirectory> directory(ImageReader reader) throws IOException {
    ImageReaderSpi format = reader.getOriginatingProvider();
    return format != null && METADATA.equals(format.getNativeImageMetadataFormatName())
        ? Optional.of(TIFFDirectory.createFromMetadata(reader.getImageMetadata(0)))
        : Optional.empty();
  }

  /**
   * The picture in the colours that PIL gives it: of the 16 bits of a palette's colours the high
   * ones. The JDK scales them, and takes indices beside which alpha lies for grey.
   *
   * @param image as the JDK reads it; returned itself if no palette belongs to it
   */
  static BufferedImage withPalette(BufferedImage image, TIFFDirectory directory) {
    TIFFField kind = directory.getTIFFField(BaselineTIFFTagSet.TAG_PHOTOMETRIC_INTERPRETATION);
    TIFFField map = directory.getTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP);
    if (kind == null
        || kind.getAsInt(0) != BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_PALETTE_COLOR
        || map == null) {
      return image;
    }
    WritableRaster samples = image.getRaster();
    WritableRaster indices =
        samples.createWritableChild(0, 0, image.getWidth(), image.getHeight(), 0, 0, new int[] {0});
    int bits = samples.getSampleModel().getSampleSize(0);
    return new BufferedImage(palette(map.getAsChars(), bits), indices, false, null);
  }

  /**
   * @param map all reds, all greens, all blues
   */
  private static IndexColorModel palette(char[] map, int bits) {
    int colours = map.length / 3;
    byte[][] channels = new byte[3][colours];
    for (int i = 0; i < 3 * colours; i++) {
      channels[i / colours][i % colours] = (byte) (map[i] >> 8);
    }
    return new IndexColorModel(
        bits, Math.min(colours, 1 << bits), channels[0], channels[1], channels[2]);
  }
}
