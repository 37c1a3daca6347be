package dev.vgnet.cli;

import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Preprocessing;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say how pictures become a network's input. */
final class PreprocessingMixin {
  /** Of a larger one, the default resize would exceed what a weight file may ask for. */
  private static final int MAX_IMAGE_SIZE = Preprocessing.MAX_SIZE * 7 / 8;

  @Option(
      names = "--image-size",
      paramLabel = "N",
      description = "Side of the square that the network sees, in pixels (default: 224, or 32).")
  private Optional<Integer> imageSize = Optional.empty();

  @Option(
      names = "--resize",
      paramLabel = "N",
      description = "Shorter side of a picture before it is cropped (default: 8/7 of the size).")
  private Optional<Integer> resize = Optional.empty();

  @Option(
      names = "--interpolation",
      paramLabel = "NAME",
      description = "How pictures are resized: ${COMPLETION-CANDIDATES} (default: bilinear).")
  private Optional<Interpolation> interpolation = Optional.empty();

  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "R,G,B",
      description = "Mean of each channel (default: ImageNet's).")
  private List<Double> mean = List.of();

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "R,G,B",
      description = "Standard deviation of each channel (default: ImageNet's).")
  private List<Double> std = List.of();

  Optional<Integer> imageSize() {
    imageSize.ifPresent(
        size -> {
          if (size < 1 || size > MAX_IMAGE_SIZE) {
            throw new UsageFailure(
                "--image-size must be from 1 to %d, found %d".formatted(MAX_IMAGE_SIZE, size));
          }
        });
    return imageSize;
  }

  /** The same preprocessing but for what the options say; its crop is {@link #imageSize}. */
  Preprocessing customise(Preprocessing base) {
    int resized = resize.orElse(base.resize());
    if (resized < base.crop() || resized > Preprocessing.MAX_SIZE) {
      throw new UsageFailure(
          "--resize must be from %d, the size of the image, to %d, found %d"
              .formatted(base.crop(), Preprocessing.MAX_SIZE, resized));
    }
    try {
      return new Preprocessing(
          resized,
          base.crop(),
          interpolation.orElse(base.interpolation()),
          mean.isEmpty() ? base.mean() : mean,
          std.isEmpty() ? base.std() : std);
    } catch (IllegalArgumentException e) {
      throw new UsageFailure("--mean, --std: " + e.getMessage());
    }
  }
}
