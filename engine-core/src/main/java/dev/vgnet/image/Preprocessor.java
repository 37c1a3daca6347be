package dev.vgnet.image;

import dev.vgnet.error.ImageShapeException;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Objects;

/**
 * Turns pictures into a network's input, to the very numbers of torchvision's {@code Resize},
 * {@code CenterCrop}, {@code ToTensor} and {@code Normalize} on a PIL image. Only the part of the
 * resized picture that the crop keeps is computed. Immutable and safe for any thread.
 */
public final class Preprocessor {
  private static final int CHANNELS = 3;

  private final Preprocessing preprocessing;
  private final float[][] normalised = new float[CHANNELS][256];

  /**
   * @throws IllegalArgumentException if {@code preprocessing} is not for three channels
   */
  public Preprocessor(Preprocessing preprocessing) {
    this.preprocessing = preprocessing;
    if (preprocessing.mean().size() != CHANNELS) {
      throw new IllegalArgumentException(
          "expected preprocessing for %d channels, found %d"
              .formatted(CHANNELS, preprocessing.mean().size()));
    }
    for (int c = 0; c < CHANNELS; c++) {
      float mean = preprocessing.mean().get(c).floatValue();
      float std = preprocessing.std().get(c).floatValue();
      for (int value = 0; value < 256; value++) {
        normalised[c][value] = (value / 255f - mean) / std;
      }
    }
  }

  /**
   * The shape of so many preprocessed images: {@code [images, 3, crop, crop]}.
   *
   * @param images how many, at least 1
   * @throws IllegalArgumentException if there are none
   */
  public Shape shape(int images) {
    if (images < 1) {
      throw new IllegalArgumentException("a batch has at least one image, found " + images);
    }
    return Shape.of(images, CHANNELS, preprocessing.crop(), preprocessing.crop());
  }

  /**
   * Preprocesses one image.
   *
   * @param image of any type, taken as {@link ImageFiles} takes it
   * @param target receives the red, the green and the blue plane, row by row
   * @param offset where in {@code target} the red plane goes
   * @throws IndexOutOfBoundsException if {@code target} is too short
   */
  public void apply(BufferedImage image, float[] target, int offset) {
    int plane = preprocessing.crop() * preprocessing.crop();
    Objects.checkFromIndexSize(offset, CHANNELS * plane, target.length);
    byte[] bgr = RgbImages.pixels(resizeAndCrop(RgbImages.of(image)));
    for (int c = 0; c < CHANNELS; c++) {
      float[] values = normalised[c];
      int start = offset + c * plane;
      int source = CHANNELS - 1 - c;
      for (int i = 0; i < plane; i++) {
        target[start + i] = values[bgr[CHANNELS * i + source] & 0xff];
      }
    }
  }

  /**
   * Preprocesses images into one batch.
   *
   * @param images at least one
   * @return float32, {@code [images, 3, crop, crop]}
   * @throws IllegalArgumentException if there are no images
   * @throws ImageShapeException if they are more than an array has room for
   */
  public Tensor apply(List<BufferedImage> images) {
    Shape shape = shape(images.size());
    if (!shape.fitsInArray()) {
      throw ImageShapeException.tooLarge(shape);
    }
    float[] batch = new float[(int) shape.elementCount()];
    int offset = 0;
    for (BufferedImage image : images) {
      apply(image, batch, offset);
      offset += batch.length / images.size();
    }
    return Tensor.of(shape, batch);
  }

  private BufferedImage resizeAndCrop(BufferedImage rgb) {
    int shorter = Math.min(rgb.getWidth(), rgb.getHeight());
    return Resize.resample(rgb, axis(rgb.getWidth(), shorter), axis(rgb.getHeight(), shorter));
  }

  /**
   * The part of an axis that is kept, by the rounding rules of torchvision (the half goes to even).
   */
  private Axis axis(int size, int shorter) {
    long resized = (long) ((double) ((long) preprocessing.resize() * size) / shorter);
    long first = (long) Math.rint((resized - preprocessing.crop()) / 2.0);
    return new Axis(size, resized, first, preprocessing.crop(), preprocessing.interpolation());
  }
}
