package dev.vgnet.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;

/**
 * What the markers of a JPEG file say (ITU-T T.81, annex B), and how its components become RGB.
 * ImageIO only decodes the components: its colour conversion would apply embedded profiles, guess
 * colour spaces from the subsampling and refuse CMYK, none of which PIL does.
 */
final class JpegFile {
  /** What the components mean. */
  enum Encoding {
    GREY,
    RGB,
    YCC,
    CMYK,
    YCCK
  }

  /** More scans than any encoder writes; each costs a pass over the picture. */
  private static final int MAX_SCANS = 100;

  private static final byte[] JFIF = {'J', 'F', 'I', 'F', 0};
  private static final byte[] ADOBE = {'A', 'd', 'o', 'b', 'e'};
  private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

  private final byte[] bytes;
  private byte[] componentIds = {};
  private boolean jfif;
  private int adobeTransform = -1;
  private int exifStart;
  private int exifEnd;
  private int scans;
  private boolean complete;

  private JpegFile(byte[] bytes) {
    this.bytes = bytes;
  }

  static boolean isJpeg(byte[] bytes) {
    return bytes.length > 2 && (bytes[0] & 0xff) == 0xff && (bytes[1] & 0xff) == 0xd8;
  }

  /** Reads all markers; what is broken is passed over, as decoders do. */
  static JpegFile parse(byte[] bytes) {
    JpegFile file = new JpegFile(bytes);
    file.readMarkers();
    return file;
  }

  private void readMarkers() {
    int position = 2;
    while (position + 1 < bytes.length && !complete) {
      int marker = bytes[position + 1] & 0xff;
      if ((bytes[position] & 0xff) != 0xff || marker == 0xff) {
        position++;
      } else if (marker == 0xd9) {
        complete = scans > 0;
        position += 2;
      } else if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8)) {
        position += 2;
      } else {
        position += 2 + readSegment(marker, position + 2);
      }
    }
  }

  /** Reads the segment whose length field is at {@code start}; returns how many bytes it takes. */
  private int readSegment(int marker, int start) {
    if (start + 2 > bytes.length) {
      return 0;
    }
    int length = (bytes[start] & 0xff) << 8 | bytes[start + 1] & 0xff;
    int data = start + 2;
    int end = start + length;
    if (length < 2 || end > bytes.length) {
      return 0;
    }
    switch (marker) {
      case 0xe0 -> jfif |= startsWith(JFIF, data, end);
      case 0xe1 -> {
        if (exifEnd == 0 && startsWith(EXIF, data, end)) {
          exifStart = data + EXIF.length;
          exifEnd = end;
        }
      }
      case 0xee -> {
        if (end - data >= 12 && startsWith(ADOBE, data, end)) {
          adobeTransform = bytes[data + 11] & 0xff;
        }
      }
      case 0xda -> scans++;
      case 0xc4, 0xc8, 0xcc -> {}
      default -> {
        if (marker <= 0xcf && componentIds.length == 0 && end - data >= 6) {
          readFrame(data, end);
        }
      }
    }
    return length;
  }

  private void readFrame(int data, int end) {
    int components = bytes[data + 5] & 0xff;
    if (data + 6 + 3 * components <= end) {
      componentIds = new byte[components];
      for (int i = 0; i < components; i++) {
        componentIds[i] = bytes[data + 6 + 3 * i];
      }
    }
  }

  private boolean startsWith(byte[] prefix, int from, int to) {
    return to - from >= prefix.length
        && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
  }

  /** The orientation that the EXIF tags state. */
  Orientation orientation() {
    return Exif.ofTiff(ByteBuffer.wrap(bytes, exifStart, exifEnd - exifStart));
  }

  /** What the components mean, by the rules of libjpeg's {@code default_decompress_parms}. */
  Encoding encoding() throws IIOException {
    return switch (componentIds.length) {
      case 1 -> Encoding.GREY;
      case 3 -> isRgb() ? Encoding.RGB : Encoding.YCC;
      case 4 -> adobeTransform > 0 ? Encoding.YCCK : Encoding.CMYK;
      default -> throw new IIOException(componentIds.length + " colour components");
    };
  }

  private boolean isRgb() {
    return !jfif
        && (adobeTransform == 0
            || adobeTransform < 0 && Arrays.equals(componentIds, new byte[] {'R', 'G', 'B'}));
  }

  /**
   * Decodes the picture.
   *
   * @param reader a JPEG reader whose input is this file
   */
  BufferedImage decode(ImageReader reader) throws IOException {
    if (!complete) {
      throw new IIOException("truncated");
    }
    if (scans > MAX_SCANS) {
      throw new IIOException(scans + " scans, at most " + MAX_SCANS + " are decoded");
    }
    Encoding encoding = encoding();
    Raster raster = reader.readRaster(0, null);
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    if (samples.length != Math.multiplyExact(width * height, componentIds.length)) {
      throw new IIOException("decoded to %d samples".formatted(samples.length));
    }
    ColourModel model =
        switch (encoding) {
          case GREY -> ColourModel.GREY;
          case RGB -> ColourModel.RGB;
          case YCC -> {
            YccColour.toRgb(samples, 3);
            yield ColourModel.RGB;
          }
          case CMYK -> {
            invert(samples, 0, 1);
            yield ColourModel.CMYK;
          }
          case YCCK -> {
            // Inverted inks are what YCC stands for, so its RGB values are the inks themselves.
            YccColour.toRgb(samples, 4);
            invert(samples, 3, 4);
            yield ColourModel.CMYK;
          }
        };
    BufferedImage image = RgbImages.create(width, height);
    model.toBgr(samples, componentIds.length, RgbImages.pixels(image), 0);
    return image;
  }

  private static void invert(byte[] samples, int first, int step) {
    for (int i = first; i < samples.length; i += step) {
      samples[i] = (byte) ~samples[i];
    }
  }
}
