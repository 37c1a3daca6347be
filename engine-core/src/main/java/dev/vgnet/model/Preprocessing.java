package dev.vgnet.model;

import java.util.List;
import java.util.Objects;

/**
 * How a picture becomes the network's input: the shorter side is resized to {@code resize} pixels,
 * the middle {@code crop} x {@code crop} pixels are kept, and each channel (red, green, blue, in
 * [0, 1]) becomes {@code (x - mean) / std}.
 *
 * @param resize pixels of the shorter side after resizing, at least {@code crop}
 * @param crop pixels of the square that the network sees
 * @param mean one number a channel
 * @param std one positive number a channel; computed with in float32, as the mean is, they give
 *     finite numbers for black and for white
 */
public record Preprocessing(
    int resize, int crop, Interpolation interpolation, List<Double> mean, List<Double> std) {
  /** The largest size accepted; a bound on what a model file may make the engine allocate. */
  public static final int MAX_SIZE = 8192;

  public Preprocessing {
    Objects.requireNonNull(interpolation);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (crop < 1 || resize < crop || resize > MAX_SIZE) {
      throw new IllegalArgumentException("no resize to %d and crop to %d".formatted(resize, crop));
    }
    if (mean.isEmpty() || mean.size() != std.size()) {
      throw new IllegalArgumentException(
          "%d numbers of mean and %d of std do not match".formatted(mean.size(), std.size()));
    }
    for (int c = 0; c < mean.size(); c++) {
      if (!givesNumbers(mean.get(c).floatValue(), std.get(c).floatValue())) {
        throw new IllegalArgumentException(
            "channel %d: mean %s or std %s out of range".formatted(c, mean.get(c), std.get(c)));
      }
    }
  }

  /** Whether each value of a channel becomes a number; between black and white lie the others. */
  private static boolean givesNumbers(float mean, float std) {
    return std > 0
        && Float.isFinite(std)
        && Float.isFinite((0 - mean) / std)
        && Float.isFinite((1 - mean) / std);
  }

  /** What torchvision and timm do for ImageNet: 7/8 of the resized side is kept. */
  public static Preprocessing imageNet(int imageSize) {
    return new Preprocessing(
        Math.round(imageSize * 8 / 7f),
        imageSize,
        Interpolation.BILINEAR,
        List.of(0.485, 0.456, 0.406),
        List.of(0.229, 0.224, 0.225));
  }
}
