package dev.vgnet.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What the markers of a JPEG file say (ITU-T T.81, annex B). What is broken is passed over, as
 * decoders do.
 */
final class JpegFile {
  /** What the colour components mean. */
  enum Encoding {
    GREY,
    RGB,
    YCC,
    CMYK,
    YCCK,
    UNKNOWN
  }

  private static final int SOF0 = 0xc0;
  private static final int SOF15 = 0xcf;
  private static final int DHT = 0xc4;
  private static final int JPG = 0xc8;
  private static final int DAC = 0xcc;
  private static final int RST0 = 0xd0;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COM = 0xfe;

  private static final byte[] JFIF = {'J', 'F', 'I', 'F', 0};
  private static final byte[] ADOBE = {'A', 'd', 'o', 'b', 'e'};
  private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
  private static final byte[] RGB_COMPONENTS = {'R', 'G', 'B'};

  private final byte[] bytes;
  private final ByteArrayOutputStream withoutMetadata = new ByteArrayOutputStream();
  private int copied;
  private byte[] components = {};
  private byte[] samplingFactors = {};
  private boolean jfif;
  private int adobeTransform = -1;
  private ByteBuffer exif = ByteBuffer.allocate(0);
  private int scans;
  private boolean complete;

  /**
   * Reads the markers of a file.
   *
   * @param bytes all of it; see {@link #isJpeg}
   */
  JpegFile(byte[] bytes) {
    this.bytes = bytes;
    readMarkers();
    copyUpTo(bytes.length);
  }

  /** Whether a file starts as a JPEG file does. */
  static boolean isJpeg(byte[] bytes) {
    return bytes.length > 2 && (bytes[0] & 0xff) == 0xff && (bytes[1] & 0xff) == SOI;
  }

  private void readMarkers() {
    int position = 2;
    while (position + 1 < bytes.length && !complete) {
      int marker = bytes[position + 1] & 0xff;
      if ((bytes[position] & 0xff) != 0xff || marker == 0xff) {
        position++;
      } else if (marker < SOF0 || (marker >= RST0 && marker <= EOI)) {
        complete = marker == EOI && scans > 0;
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
      case DHT, JPG, DAC -> {}
      case SOS -> scans++;
      case APP0 -> jfif |= startsWith(JFIF, data, end);
      case APP1 -> readExif(data, end);
      case APP14 -> readAdobe(data, end);
      default -> {
        if (marker <= SOF15) {
          readFrame(data, end);
        }
      }
    }
    if (marker == COM || (marker > APP0 && marker <= APP15 && marker != APP14)) {
      copyUpTo(start - 2);
      copied = end;
    }
    return length;
  }

  private void readExif(int data, int end) {
    if (!exif.hasRemaining() && startsWith(EXIF, data, end)) {
      exif = ByteBuffer.wrap(bytes, data + EXIF.length, end - data - EXIF.length);
    }
  }

  private void readAdobe(int data, int end) {
    if (end - data >= 12 && startsWith(ADOBE, data, end)) {
      adobeTransform = bytes[data + 11] & 0xff;
    }
  }

  private void readFrame(int data, int end) {
    int count = data + 5 < end ? bytes[data + 5] & 0xff : 0;
    if (components.length == 0 && data + 6 + 3 * count <= end) {
      components = new byte[count];
      samplingFactors = new byte[count];
      for (int i = 0; i < count; i++) {
        components[i] = bytes[data + 6 + 3 * i];
        samplingFactors[i] = bytes[data + 7 + 3 * i];
      }
    }
  }

  private boolean startsWith(byte[] prefix, int from, int to) {
    return to - from >= prefix.length
        && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
  }

  private void copyUpTo(int end) {
    withoutMetadata.write(bytes, copied, end - copied);
  }

  /** Whether the file goes on to its end marker. */
  boolean complete() {
    return complete;
  }

  /** How many scans the picture is stored in. */
  int scans() {
    return scans;
  }

  /** Whether the file holds all columns of a component, but only every second row of it. */
  boolean halvesRows(int component) {
    int columns = 0;
    int rows = 0;
    for (byte factors : samplingFactors) {
      columns = Math.max(columns, columns(factors));
      rows = Math.max(rows, rows(factors));
    }
    return columns(samplingFactors[component]) == columns
        && 2 * rows(samplingFactors[component]) == rows;
  }

  private static int columns(byte samplingFactors) {
    return samplingFactors >> 4 & 0xf;
  }

  private static int rows(byte samplingFactors) {
    return samplingFactors & 0xf;
  }

  /** The orientation that the EXIF tags state. */
  Orientation orientation() {
    return Exif.ofTiff(exif);
  }

  /** The file without comments, colour profiles and the like. */
  byte[] withoutMetadata() {
    return withoutMetadata.toByteArray();
  }

  /** What the components mean, by the rules of libjpeg's {@code default_decompress_parms}. */
  Encoding encoding() {
    return switch (components.length) {
      case 1 -> Encoding.GREY;
      case 3 -> isRgb() ? Encoding.RGB : Encoding.YCC;
      case 4 -> adobeTransform > 0 ? Encoding.YCCK : Encoding.CMYK;
      default -> Encoding.UNKNOWN;
    };
  }

  private boolean isRgb() {
    return !jfif
        && (adobeTransform == 0 || adobeTransform < 0 && Arrays.equals(components, RGB_COMPONENTS));
  }
}
