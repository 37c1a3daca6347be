package dev.vgnet.zoo.family;

import dev.vgnet.zoo.Features;
import dev.vgnet.zoo.KeyStyle;
import dev.vgnet.zoo.Layers;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What all models of BSConv's authors have in common: a batch norm of the images, ahead of the
 * stem, and a classifier that is a 1x1 convolution.
 */
final class BsConvModels {
  private enum Fact implements KeyStyle.Fact {
    NORMALISES_IMAGES
  }

  /** The rules for what they have in common; families add theirs. */
  static final KeyStyle STYLE =
      KeyStyle.of("BSConv's authors")
          .with(Fact.NORMALISES_IMAGES)
          .rule("images", "backbone.data_bn")
          .rule("classifier", "classifier.conv");

  private static final Pattern FRACTION = Pattern.compile("w(\\d+)(?:d(\\d+))?");

  private BsConvModels() {}

  static boolean isStyleOf(Layers layers) {
    return layers.style().has(Fact.NORMALISES_IMAGES);
  }

  static Features input(Layers layers) {
    return isStyleOf(layers) ? layers.norm("images", layers.input()) : layers.input();
  }

  /** The last layer, over a map of one pixel. */
  static Features classifier(Layers layers, Features in, int classes) {
    return isStyleOf(layers)
        ? layers.convClassifier("classifier", in, classes)
        : layers.classifier("classifier", in, classes);
  }

  /**
   * The widths of a network of another size than the table's: rounded down.
   *
   * @param size such as {@code w3d4} for three quarters
   */
  static IntUnaryOperator scaled(String size) {
    Matcher matcher = FRACTION.matcher(size);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no size " + size);
    }
    int numerator = Integer.parseInt(matcher.group(1));
    int denominator = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
    return width -> width * numerator / denominator;
  }
}
