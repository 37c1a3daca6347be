package dev.vgnet.cli;

import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Preprocessing;
import java.util.Arrays;
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
      description =
          "Side of the square that the network sees, in pixels (default: that of the images it was"
              + " made for, such as 224, 299 or 32).")
  private Optional<Integer> imageSize = Optional.empty();

  @Option(
      names = "--resize",
      paramLabel = "N",
      description =
          "Shorter side of a picture before it is cropped (default: 8/7 of the size or what the"
              + " weights' publisher says; for networks made for 32 x 32, the size itself).")
  private Optional<Integer> resize = Optional.empty();

  @Option(
      names = "--interpolation",
      paramLabel = "NAME",
      description =
          "How pictures are resized: ${COMPLETION-CANDIDATES} (default: bilinear or what the"
              + " weights' publisher says; for GhostNet bilinear as its authors have it, though"
              + " timm resizes for the same tensors bicubically).")
  private Optional<Interpolation> interpolation = Optional.empty();

  @Option(
      names = "--mean",
      paramLabel = "R,G,B",
      description =
          "Mean of each channel (default: ImageNet's or what the weights' publisher says; 0 for"
              + " networks that normalise images themselves).")
  private Optional<String> mean = Optional.empty();

  @Option(
      names = "--std",
      paramLabel = "R,G,B",
      description =
          "Standard deviation of each channel (default: ImageNet's or what the weights' publisher"
              + " says; 1 for networks that normalise images themselves).")
  private Optional<String> std = Optional.empty();

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
          mean.map(text -> numbers("--mean", text)).orElse(base.mean()),
          std.map(text -> numbers("--std", text)).orElse(base.std()));
    } catch (IllegalArgumentException e) {
      throw new UsageFailure("--mean, --std: " + e.getMessage());
    }
  }

  private static List<Double> numbers(String option, String text) {
    try {
      return Arrays.stream(text.split(",", -1)).map(Double::valueOf).toList();
    } catch (NumberFormatException _) {
      throw new UsageFailure(
          "%s must be numbers such as 0.5,0.5,0.5, found '%s'".formatted(option, text));
    }
  }
}
