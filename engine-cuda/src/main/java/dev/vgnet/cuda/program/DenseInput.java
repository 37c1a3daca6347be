package dev.vgnet.cuda.program;

import java.util.Optional;

/**
 * One vector an image: either a map of one pixel, or the means of a larger one.
 *
 * @param vectors of one pixel an image
 * @param sums of which the means are taken where there are no vectors
 */
record DenseInput(Optional<View> vectors, Optional<SliceSums> sums) {
  static DenseInput of(View vectors) {
    return new DenseInput(Optional.of(vectors), Optional.empty());
  }

  static DenseInput of(SliceSums sums) {
    return new DenseInput(Optional.empty(), Optional.of(sums));
  }

  int channels() {
    return vectors.map(View::channels).or(() -> sums.map(SliceSums::channels)).orElseThrow();
  }
}
