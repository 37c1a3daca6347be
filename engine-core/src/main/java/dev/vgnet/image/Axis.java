package dev.vgnet.image;

import dev.vgnet.model.Interpolation;

/**
 * One axis of an image that is resized: which output samples are wanted, and which input samples
 * each of them is mixed from, by the rules of PIL.
 *
 * @param inputSize samples along the axis, at least 1
 * @param outputSize samples after resizing, at least 1
 * @param first the first output wanted
 * @param count how many outputs are wanted, at least 1
 */
record Axis(int inputSize, long outputSize, long first, int count, Interpolation interpolation) {
  /** How many input samples an output sample stands for. */
  double scale() {
    return (double) inputSize / outputSize;
  }

  /** How far the filter is stretched: it smooths where the image shrinks. */
  double filterScale() {
    return Math.max(scale(), 1);
  }

  /** How far an output reaches to either side, in input samples. */
  double radius() {
    return filterScale()
        * switch (interpolation) {
          case BILINEAR -> 1;
          case BICUBIC -> 2;
        };
  }

  /** Where the middle of a wanted output lies, in input samples. */
  double centre(int output) {
    return (first + output + 0.5) * scale();
  }

  /** The first input that a wanted output is mixed from; later outputs need none before it. */
  int inputStart(int output) {
    return Math.max((int) (centre(output) - radius() + 0.5), 0);
  }

  /** One past the last input that a wanted output is mixed from. */
  int inputEnd(int output) {
    return Math.min((int) (centre(output) + radius() + 0.5), inputSize);
  }
}
