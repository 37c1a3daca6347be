package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngFilesTest {
  @TempDir private Path folder;

  @Test
  void needsNoTemporaryFolder() throws IOException {
    Path gone = Files.createDirectory(folder.resolve("gone"));
    ImageIO.setCacheDirectory(gone.toFile());
    try {
      Files.delete(gone);
      BufferedImage image = RgbImages.create(3, 2);
      image.setRGB(2, 1, 0xff123456);
      Path file = folder.resolve("picture.png");
      PngFiles.write(file, image);
      BufferedImage read = ImageFiles.read(file);
      assertEquals(3, read.getWidth());
      assertEquals(2, read.getHeight());
      assertEquals(0xff123456, read.getRGB(2, 1));
    } finally {
      ImageIO.setCacheDirectory(null);
    }
  }
}
