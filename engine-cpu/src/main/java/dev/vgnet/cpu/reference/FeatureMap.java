package dev.vgnet.cpu.reference;

import dev.vgnet.tensor.Shape;

/**
 * One value of one image in double precision, channel by channel. A vector {@code [F]} is a map of
 * F channels of one pixel.
 */
record FeatureMap(int channels, int height, int width, double[] values) {
  static FeatureMap zeros(Shape shape) {
    boolean vector = shape.rank() == 1;
    return new FeatureMap(
        shape.extent(0),
        vector ? 1 : shape.extent(1),
        vector ? 1 : shape.extent(2),
        new double[(int) shape.elementCount()]);
  }

  int pixels() {
    return height * width;
  }

  /** The index of the first number of a row. */
  int row(int channel, int y) {
    return (channel * height + y) * width;
  }
}
