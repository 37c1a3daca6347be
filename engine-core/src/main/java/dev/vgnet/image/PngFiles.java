package dev.vgnet.image;

import dev.vgnet.model.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures as PNG. Safe for any thread. Needs no folder for temporary files. */
public final class PngFiles {
  private PngFiles() {}

  /**
   * Writes a file that is whole or, if that fails, as it was before.
   *
   * @param image of any type and size
   * @throws FileSystemException with the path and the reason
   * @throws IOException if the picture cannot be PNG
   */
  public static void write(Path path, BufferedImage image) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(png)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IOException("no writer of PNG for " + image);
      }
    }
    AtomicFile.write(path, png.toByteArray());
  }
}
