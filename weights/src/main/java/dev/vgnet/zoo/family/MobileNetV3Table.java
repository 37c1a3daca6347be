package dev.vgnet.zoo.family;

import static dev.vgnet.graph.Operator.Function.HARDSWISH;
import static dev.vgnet.graph.Operator.Function.RELU;

import dev.vgnet.graph.Operator.Function;
import java.util.List;

/**
 * A table of the paper of MobileNetV3.
 *
 * @param head the width of the last 1x1 convolution
 * @param hidden that of the layer before the classifier
 * @param unhalved the stage that does not halve CIFAR's small images
 * @param gatedHead true if the light head has squeeze-excite
 */
record MobileNetV3Table(List<Row> rows, int head, int hidden, int unhalved, boolean gatedHead) {
  /**
   * A block.
   *
   * @param gated true if it has squeeze-excite
   */
  record Block(int kernel, int expanded, boolean gated, Function function, int stride) {}

  /**
   * Blocks of one width.
   *
   * @param stage blocks of one image size
   */
  record Row(int stage, int width, List<Block> blocks) {
    Row(int stage, int width, Block... blocks) {
      this(stage, width, List.of(blocks));
    }
  }

  static final MobileNetV3Table SMALL =
      new MobileNetV3Table(
          List.of(
              new Row(1, 16, new Block(3, 16, true, RELU, 2)),
              new Row(2, 24, new Block(3, 72, false, RELU, 2), new Block(3, 88, false, RELU, 1)),
              new Row(
                  3,
                  40,
                  new Block(5, 96, true, HARDSWISH, 2),
                  new Block(5, 240, true, HARDSWISH, 1),
                  new Block(5, 240, true, HARDSWISH, 1)),
              new Row(
                  3,
                  48,
                  new Block(5, 120, true, HARDSWISH, 1),
                  new Block(5, 144, true, HARDSWISH, 1)),
              new Row(
                  4,
                  96,
                  new Block(5, 288, true, HARDSWISH, 2),
                  new Block(5, 576, true, HARDSWISH, 1),
                  new Block(5, 576, true, HARDSWISH, 1))),
          576,
          1024,
          1,
          true);

  static final MobileNetV3Table LARGE =
      new MobileNetV3Table(
          List.of(
              new Row(1, 16, new Block(3, 16, false, RELU, 1)),
              new Row(2, 24, new Block(3, 64, false, RELU, 2), new Block(3, 72, false, RELU, 1)),
              new Row(
                  3,
                  40,
                  new Block(5, 72, true, RELU, 2),
                  new Block(5, 120, true, RELU, 1),
                  new Block(5, 120, true, RELU, 1)),
              new Row(
                  4,
                  80,
                  new Block(3, 240, false, HARDSWISH, 2),
                  new Block(3, 200, false, HARDSWISH, 1),
                  new Block(3, 184, false, HARDSWISH, 1),
                  new Block(3, 184, false, HARDSWISH, 1)),
              new Row(
                  4,
                  112,
                  new Block(3, 480, true, HARDSWISH, 1),
                  new Block(3, 672, true, HARDSWISH, 1)),
              new Row(
                  5,
                  160,
                  new Block(5, 672, true, HARDSWISH, 2),
                  new Block(5, 960, true, HARDSWISH, 1),
                  new Block(5, 960, true, HARDSWISH, 1))),
          960,
          1280,
          2,
          false);
}
