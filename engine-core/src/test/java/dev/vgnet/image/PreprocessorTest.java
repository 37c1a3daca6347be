package dev.vgnet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.ImageShapeException;
import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreprocessorTest {
  private static final Preprocessing IMAGE_NET =
      new Preprocessing(
          37,
          32,
          Interpolation.BICUBIC,
          List.of(0.485, 0.456, 0.406),
          List.of(0.229, 0.224, 0.225));

  static List<String> cropped() {
    return Fixtures.names("cropped");
  }

  @ParameterizedTest
  @MethodSource("cropped")
  void resizesAndCropsAsTorchvision(String name) throws IOException {
    String[] parts = name.split("[-.]");
    int crop = Integer.parseInt(parts[2]);
    Preprocessor preprocessor =
        new Preprocessor(
            new Preprocessing(
                Integer.parseInt(parts[1]),
                crop,
                Interpolation.valueOf(parts[3].toUpperCase(Locale.ROOT)),
                Collections.nCopies(3, 0.0),
                Collections.nCopies(3, 1.0)));
    float[] actual = new float[3 * crop * crop];
    preprocessor.apply(Fixtures.picture("sources/" + parts[0] + ".png"), actual, 0);
    assertArrayEquals(planes(Fixtures.picture("cropped/" + name)), actual);
  }

  private static float[] planes(BufferedImage image) {
    int plane = image.getWidth() * image.getHeight();
    float[] values = new float[3 * plane];
    for (int i = 0; i < plane; i++) {
      int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
      for (int c = 0; c < 3; c++) {
        values[c * plane + i] = (rgb >> 8 * (2 - c) & 0xff) / 255f;
      }
    }
    return values;
  }

  @Test
  void normalisesToTheNumbersOfTorchvision() throws IOException {
    float[] expected = new float[3 * 32 * 32];
    ByteBuffer.wrap(Fixtures.bytes("normalised.f32"))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(expected);
    float[] actual = new float[expected.length + 7];
    new Preprocessor(IMAGE_NET).apply(Fixtures.picture("sources/333x211.png"), actual, 5);
    assertArrayEquals(expected, Arrays.copyOfRange(actual, 5, 5 + expected.length));
  }

  @Test
  void putsImagesOfAnySizeIntoOneBatch() throws IOException {
    Preprocessor preprocessor = new Preprocessor(IMAGE_NET);
    List<BufferedImage> images =
        List.of(Fixtures.picture("sources/1x97.png"), Fixtures.picture("sources/111x177.png"));
    Tensor batch = preprocessor.apply(images);
    assertEquals(Shape.of(2, 3, 32, 32), batch.shape());
    float[] second = new float[3 * 32 * 32];
    preprocessor.apply(images.get(1), second, 0);
    float[] values = batch.toFloatArray();
    assertArrayEquals(second, Arrays.copyOfRange(values, second.length, 2 * second.length));
  }

  @Test
  void refusesBatchesOfNothingAndOfMoreThanAnArrayHolds() {
    Preprocessor preprocessor = new Preprocessor(Preprocessing.imageNet(224));
    assertThrows(IllegalArgumentException.class, () -> preprocessor.apply(List.of()));
    assertThrows(IllegalArgumentException.class, () -> preprocessor.shape(-1));
    List<BufferedImage> images = Collections.nCopies(15_000, RgbImages.create(1, 1));
    ImageShapeException refusal =
        assertThrows(ImageShapeException.class, () -> preprocessor.apply(images));
    assertEquals("images [15000, 3, 224, 224] do not fit in an array", refusal.getMessage());
  }

  @Test
  void takesTheMiddleOfAPictureOfExtremeProportions() {
    float[] line = new float[3 * 32 * 32];
    new Preprocessor(IMAGE_NET).apply(RgbImages.create(1, 50_000_000), line, 0);
    assertEquals((0 - 0.485f) / 0.229f, line[0]);
  }

  @Test
  void refusesTargetsThatAreTooShortAndOtherChannels() {
    Preprocessor preprocessor = new Preprocessor(IMAGE_NET);
    BufferedImage image = RgbImages.create(4, 4);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> preprocessor.apply(image, new float[3 * 32 * 32], 1));
    Preprocessing grey =
        new Preprocessing(9, 8, Interpolation.BILINEAR, List.of(0.5), List.of(0.5));
    assertThrows(IllegalArgumentException.class, () -> new Preprocessor(grey));
  }
}
