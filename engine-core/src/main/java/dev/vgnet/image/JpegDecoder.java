package dev.vgnet.image;

import dev.vgnet.error.ImageFormatException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;

/**
 * Decodes JPEG files. ImageIO decodes the components only: its colour conversion would apply
 * embedded profiles, guess colour spaces from the subsampling and refuse CMYK, none of which PIL
 * does.
 */
final class JpegDecoder {
  /** More scans than any encoder writes. */
  private static final int MAX_SCANS = 100;

  private JpegDecoder() {}

  /**
   * Decodes a file.
   *
   * @param reader a JPEG reader whose input is {@link JpegFile#withoutMetadata}
   * @throws ImageFormatException if it has more scans than {@code size} allows
   * @throws IOException if it is broken
   */
  static BufferedImage decode(JpegFile file, ImageReader reader, DecodedSize size)
      throws IOException {
    if (!file.complete()) {
      throw new IIOException("truncated");
    }
    if (file.scans() > MAX_SCANS) {
      throw new IIOException(file.scans() + " scans, at most " + MAX_SCANS + " are decoded");
    }
    size.checkScans(reader, file.scans());
    Raster raster = reader.readRaster(0, null);
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    BufferedImage image = RgbImages.create(raster.getWidth(), raster.getHeight());
    byte[] bgr = RgbImages.pixels(image);
    int bands = raster.getNumBands();
    for (int band = 0; band < bands; band++) {
      if (file.halvesRows(band)) {
        HalvedRows.interpolate(samples, bands, band, raster.getWidth());
      }
    }
    switch (file.encoding()) {
      case GREY -> ColourModel.GREY.toBgr(samples, bands, bgr, 0);
      case RGB -> ColourModel.RGB.toBgr(samples, bands, bgr, 0);
      case YCC -> {
        YccColour.toRgb(samples, bands);
        ColourModel.RGB.toBgr(samples, bands, bgr, 0);
      }
      case CMYK -> {
        invert(samples, 0, 1);
        ColourModel.CMYK.toBgr(samples, bands, bgr, 0);
      }
      case YCCK -> {
        // Inverted inks are what YCC stands for, so its RGB values are the inks themselves.
        YccColour.toRgb(samples, bands);
        invert(samples, 3, bands);
        ColourModel.CMYK.toBgr(samples, bands, bgr, 0);
      }
      case UNKNOWN -> throw new IIOException(bands + " colour components");
    }
    return image;
  }

  private static void invert(byte[] samples, int first, int step) {
    for (int i = first; i < samples.length; i += step) {
      samples[i] = (byte) ~samples[i];
    }
  }
}
