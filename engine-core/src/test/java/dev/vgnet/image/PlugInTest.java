package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.ImageFormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;

/** A plug-in that claims every picture, stands before the JDK's readers, and has no memory. */
class PlugInTest {
  private static final OutOfMemoryError SHORTAGE = new OutOfMemoryError("Java heap space");

  @Test
  void saysThatMemoryIsShort() {
    ImageFormatException refusal =
        assertThrows(ImageFormatException.class, () -> readBesidePlugIn(new byte[100]));
    assertEquals("x: not enough memory to decode it: Java heap space", refusal.getMessage());
    assertEquals(SHORTAGE, refusal.getCause());
  }

  @Test
  void leavesTheFormatsOfTheJdkAlone() throws IOException {
    for (String name : List.of("rgb.png", "rgb.tif", "palette.gif", "ycc_444.jpg")) {
      Fixtures.assertPixels(
          Fixtures.picture("upright/" + name + ".png"),
          readBesidePlugIn(Fixtures.bytes("read/" + name)));
    }
  }

  private static BufferedImage readBesidePlugIn(byte[] file) throws IOException {
    IIORegistry registry = IIORegistry.getDefaultInstance();
    ImageReaderSpi plugIn = new Greedy();
    registry.registerServiceProvider(plugIn, ImageReaderSpi.class);
    try {
      registry
          .getServiceProviders(ImageReaderSpi.class, other -> other != plugIn, false)
          .forEachRemaining(other -> registry.setOrdering(ImageReaderSpi.class, plugIn, other));
      return ImageFiles.read(new ByteArrayInputStream(file), "x", ImageLimits.DEFAULT);
    } finally {
      registry.deregisterServiceProvider(plugIn, ImageReaderSpi.class);
    }
  }

  private static final class Greedy extends ImageReaderSpi {
    Greedy() {
      names = new String[] {"greedy"};
      inputTypes = new Class<?>[] {ImageInputStream.class};
    }

    @Override
    public boolean canDecodeInput(Object source) {
      return true;
    }

    @Override
    public ImageReader createReaderInstance(Object extension) {
      return new Failing(this);
    }

    @Override
    public String getDescription(Locale locale) {
      return "greedy";
    }
  }

  private static final class Failing extends ImageReader {
    Failing(ImageReaderSpi provider) {
      super(provider);
    }

    @Override
    public int getNumImages(boolean search) {
      throw SHORTAGE;
    }

    @Override
    public int getWidth(int index) {
      throw SHORTAGE;
    }

    @Override
    public int getHeight(int index) {
      throw SHORTAGE;
    }

    @Override
    public Iterator<ImageTypeSpecifier> getImageTypes(int index) {
      throw SHORTAGE;
    }

    @Override
    public IIOMetadata getStreamMetadata() {
      throw SHORTAGE;
    }

    @Override
    public IIOMetadata getImageMetadata(int index) {
      throw SHORTAGE;
    }

    @Override
    public BufferedImage read(int index, ImageReadParam param) {
      throw SHORTAGE;
    }
  }
}
