package dev.vgnet.zoo;

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
}
