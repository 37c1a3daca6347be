package dev.vgnet.image;

import dev.vgnet.error.ImageFormatException;
import dev.vgnet.error.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads pictures as torchvision's users do: {@code ImageOps.exif_transpose(Image.open(file))
 * .convert("RGB")}. Every format that {@link ImageIO} knows (PNG, JPEG, GIF, BMP, TIFF but for JPEG
 * compression, WBMP, and what plug-ins add) becomes 8-bit red, green and blue:
 *
 * <ul>
 *   <li>grey is repeated, palettes are looked up, alpha is dropped, embedded colour profiles are
 *       not applied, and of 16-bit samples the high byte is kept (PIL agrees but for 16-bit grey,
 *       which it clips at 255 instead);
 *   <li>CMYK and YCCK JPEG is taken as Adobe writes it, inverted, and becomes RGB by {@code R =
 *       (255 - C)(255 - K) / 255};
 *   <li>the EXIF orientation of JPEG, PNG and TIFF is applied (PIL also knows one that stands in
 *       XMP only, which is not read here);
 *   <li>of several frames or pages the first is taken; that of a GIF lies on its screen, with its
 *       transparent colour, or else the first of its palette, around it.
 * </ul>
 *
 * Safe for any thread. No temporary files are written.
 */
public final class ImageFiles {
  private ImageFiles() {}

  private interface Decoder {
    BufferedImage decode(ImageReader reader, DecodedSize size) throws IOException;
  }

  /**
   * Reads a picture within {@link ImageLimits#DEFAULT}.
   *
   * @return of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws ImageFormatException if it is broken, of an unknown format, or too large for the limits
   *     or for the memory that is left
   * @throws IOException if the file cannot be read
   */
  public static BufferedImage read(Path path) throws IOException {
    return read(path, ImageLimits.DEFAULT);
  }

  /**
   * Reads a picture.
   *
   * @return of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws ImageFormatException if it is broken, of an unknown format, larger than {@code limits},
   *     or too large for the memory that is left
   * @throws IOException if the file cannot be read
   */
  public static BufferedImage read(Path path, ImageLimits limits) throws IOException {
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "is a directory");
    }
    try (InputStream stream = Files.newInputStream(path)) {
      return read(stream, path.toString(), limits);
    }
  }

  /**
   * Reads a picture from a stream, to the stream's end, and leaves the stream open.
   *
   * @param name what error messages call it
   * @return of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws ImageFormatException if it is broken, of an unknown format, larger than {@code limits},
   *     or too large for the memory that is left
   * @throws IOException if the stream cannot be read
   */
  public static BufferedImage read(InputStream stream, String name, ImageLimits limits)
      throws IOException {
    byte[] bytes;
    try {
      bytes = stream.readNBytes((int) limits.maxBytes() + 1);
    } catch (OutOfMemoryError e) {
      throw notEnoughMemory(name, e);
    }
    if (bytes.length > limits.maxBytes()) {
      throw new ImageFormatException(
          name, "larger than the limit of %d bytes".formatted(limits.maxBytes()));
    }
    return decode(bytes, name, limits);
  }

  private static BufferedImage decode(byte[] bytes, String name, ImageLimits limits) {
    try {
      if (JpegFile.isJpeg(bytes)) {
        JpegFile jpeg = new JpegFile(bytes);
        return jpeg.orientation()
            .apply(
                decode(
                    jpeg.withoutMetadata(),
                    (reader, size) -> JpegDecoder.decode(jpeg, reader, size),
                    name,
                    limits));
      }
      if (GifFile.isGif(bytes)) {
        GifFile gif = GifFile.of(bytes);
        new DecodedSize(name, limits).checkPixels(gif.width(), gif.height());
        return decode(bytes, (reader, size) -> gif.screen(readAll(reader, size)), name, limits);
      }
      return Exif.ofFile(ByteBuffer.wrap(bytes))
          .apply(decode(bytes, ImageFiles::decodeAll, name, limits));
    } catch (ImageFormatException e) {
      throw e;
    } catch (OutOfMemoryError e) {
      // Of a picture within the limits, or of a broken one: the readers trust lengths they read.
      throw notEnoughMemory(name, e);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // The readers meet broken bytes with errors of every kind.
      throw new ImageFormatException(name, "cannot be decoded: " + Reason.of(e), e);
    }
  }

  private static ImageFormatException notEnoughMemory(String name, OutOfMemoryError e) {
    return new ImageFormatException(name, "not enough memory to decode it: " + Reason.of(e), e);
  }

  private static BufferedImage decode(
      byte[] bytes, Decoder decoder, String name, ImageLimits limits) throws IOException {
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader =
          reader(input)
              .orElseThrow(
                  () -> new ImageFormatException(name, "no image format that is known here"));
      try {
        reader.setInput(input, true, true);
        DecodedSize size = new DecodedSize(name, limits);
        size.checkPixels(reader);
        return decoder.decode(reader, size);
      } finally {
        reader.dispose();
      }
    }
  }

  /** The JDK's own, if it knows the format: plug-ins may compute other pixels, or none. */
  private static Optional<ImageReader> reader(ImageInputStream input) {
    List<ImageReader> readers = new ArrayList<>();
    ImageIO.getImageReaders(input).forEachRemaining(readers::add);
    return readers.stream()
        .filter(reader -> reader.getClass().getModule() == ImageIO.class.getModule())
        .findFirst()
        .or(() -> readers.stream().findFirst());
  }

  private static BufferedImage decodeAll(ImageReader reader, DecodedSize size) throws IOException {
    BufferedImage image = readAll(reader, size);
    Optional<TIFFDirectory> tiff = TiffFile.directory(reader);
    return RgbImages.of(tiff.isPresent() ? TiffFile.withPalette(image, tiff.get()) : image);
  }

  private static BufferedImage readAll(ImageReader reader, DecodedSize size) throws IOException {
    size.checkBytes(reader);
    return reader.read(0);
  }
}
