package dev.vgnet.image;

import dev.vgnet.error.ImageFormatException;
import java.awt.image.DataBuffer;
import java.awt.image.SampleModel;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;

/**
 * Holds what a picture's header announces against {@link ImageLimits}, before a decoder believes it
 * and takes the memory.
 *
 * @param name what error messages call the picture
 */
record DecodedSize(String name, ImageLimits limits) {
  /** Where a TIFF says how many bytes of the file a strip, a tile or a JPEG stream has. */
  private static final List<Integer> BYTE_COUNTS =
      List.of(
          BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS,
          BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS,
          BaselineTIFFTagSet.TAG_JPEG_INTERCHANGE_FORMAT_LENGTH);

  private static final List<Integer> JPEG_COMPRESSIONS =
      List.of(BaselineTIFFTagSet.COMPRESSION_OLD_JPEG, BaselineTIFFTagSet.COMPRESSION_JPEG);

  /**
   * Checks how many pixels there are.
   *
   * @throws ImageFormatException if they are none, or more than the limit
   */
  void checkPixels(ImageReader reader) throws IOException {
    checkPixels(reader.getWidth(0), reader.getHeight(0));
  }

  /** The same of a picture that is larger than what its reader reads. */
  void checkPixels(int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > limits.maxPixels()) {
      throw error(
          "%d x %d pixels, the limit is %d in all".formatted(width, height, limits.maxPixels()));
    }
  }

  /**
   * Checks what {@link ImageReader#read(int)} takes for pixels, for a tile, and for what it reads
   * of the file at once.
   *
   * @throws ImageFormatException if that is more than the limits allow, or cannot be told
   */
  void checkBytes(ImageReader reader) throws IOException {
    Optional<TIFFDirectory> tiff = TiffFile.directory(reader);
    if (tiff.isPresent()) {
      refuseJpeg(tiff.get());
      checkByteCounts(tiff.get());
    }
    Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
    if (types.hasNext()) {
      int bytes = bytes(types.next().getSampleModel());
      checkBytes("", reader.getWidth(0), reader.getHeight(0), bytes);
      if (reader.isImageTiled(0)) { // a tile may be larger than the picture
        checkBytes("tiles of ", reader.getTileWidth(0), reader.getTileHeight(0), bytes);
      }
    }
  }

  /**
   * Checks how many pixels the scans of a JPEG have together: each is a pass over the picture,
   * which a file takes ten bytes to ask for.
   *
   * @throws ImageFormatException if they are more than the limits allow
   */
  void checkScans(ImageReader reader, int scans) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if ((double) width * height * scans > (double) ImageLimits.FULL_SCANS * limits.maxPixels()) {
      throw error(
          "%d scans of %d x %d pixels, the limit is %d of %d in all"
              .formatted(scans, width, height, ImageLimits.FULL_SCANS, limits.maxPixels()));
    }
  }

  /** Of a pixel in memory. */
  private static int bytes(SampleModel model) {
    return model.getNumDataElements() * DataBuffer.getDataTypeSize(model.getDataType()) / Byte.SIZE;
  }

  private void checkBytes(String what, int width, int height, int bytes) {
    double allowed = (double) ImageLimits.MAX_PIXEL_BYTES * limits.maxPixels();
    if (width < 1 || height < 1 || (double) width * height * bytes > allowed) {
      throw error(
          "%s%d x %d pixels of %d bytes, the limit is %d of %d in all"
              .formatted(
                  what, width, height, bytes, limits.maxPixels(), ImageLimits.MAX_PIXEL_BYTES));
    }
  }

  /** Each strip is a JPEG file of its own size, of which the directory says nothing. */
  private void refuseJpeg(TIFFDirectory directory) {
    TIFFField compression = directory.getTIFFField(BaselineTIFFTagSet.TAG_COMPRESSION);
    if (compression != null && JPEG_COMPRESSIONS.contains(compression.getAsInt(0))) {
      throw error(
          "a TIFF of JPEG strips, which is not read: save it as JPEG, or as TIFF with another"
              + " compression");
    }
  }

  private void checkByteCounts(TIFFDirectory directory) {
    for (int tag : BYTE_COUNTS) {
      TIFFField field = directory.getTIFFField(tag);
      for (int i = 0; field != null && i < field.getCount(); i++) {
        if (field.getAsLong(i) > limits.maxBytes()) {
          throw error(
              "claims a part of %d bytes, the limit is %d in all"
                  .formatted(field.getAsLong(i), limits.maxBytes()));
        }
      }
    }
  }

  private ImageFormatException error(String problem) {
    return new ImageFormatException(name, problem);
  }
}
