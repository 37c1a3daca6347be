package dev.vgnet.cpu.kernel;

import java.lang.classfile.CodeBuilder;

/**
 * Writes the sums of a strip for 3x3 windows whose weights are symmetric from left to right and
 * from top to bottom. Inputs of equal weight are added before they are multiplied, those of a
 * column once for all windows that share it: four products a pixel are left of nine.
 */
final class SymmetricStrip extends DepthwiseStrip {
  /** Columns of a window, and rows. */
  private static final int SIDE = 3;

  private final int firstRow = firstScratch;

  /** Of each of the last three columns: the first input plus the last one, then the middle one. */
  private final int outer = firstRow + SIDE;

  private final int inner = outer + SIDE;
  private final int corner = inner + SIDE;
  private final int vertical = corner + 1;
  private final int horizontal = corner + 2;
  private final int centre = corner + 3;

  SymmetricStrip(DepthwiseSpec spec, int pixels, int firstPixel, CodeBuilder code) {
    super(spec, pixels, firstPixel, code);
  }

  static int operations(DepthwiseSpec spec, int pixels) {
    return 4 * columns(spec, pixels) + 6 * pixels + 5;
  }

  @Override
  void addUp() {
    kernel.load(WEIGHTS, weights(0)).set(corner);
    kernel.load(WEIGHTS, weights(1)).set(vertical);
    kernel.load(WEIGHTS, weights(3)).set(horizontal);
    kernel.load(WEIGHTS, weights(4)).set(centre);
    for (int ky = 0; ky < SIDE; ky++) {
      code.loadConstant(ky);
      inputRow(firstRow + ky);
    }
    for (int column = 0; column < columns(spec, pixels); column++) {
      if (isInside(column)) {
        kernel.load(IN, input(firstRow, column)).load(IN, input(firstRow + 2, column));
        kernel.add().set(outer + column % SIDE);
        kernel.load(IN, input(firstRow + 1, column)).set(inner + column % SIDE);
      }
      int left = column - 2;
      if (left >= 0 && left % spec.stride() == 0) {
        addWindow(left, FIRST_SUM + left / spec.stride());
      }
    }
  }

  /** The middle column of a window is always inside, as padding is no more than one pixel. */
  private void addWindow(int left, int sum) {
    int middle = (left + 1) % SIDE;
    kernel.get(inner + middle).get(centre);
    if (spec.epilogue().bias()) {
      kernel.load(WEIGHTS, bias()).multiplyAdd().set(sum);
    } else {
      kernel.multiply().set(sum);
    }
    kernel.get(outer + middle).get(vertical).get(sum).multiplyAdd().set(sum);
    addSides(inner, left, horizontal, sum);
    addSides(outer, left, corner, sum);
  }

  private void addSides(int columns, int left, int weight, int sum) {
    int first = columns + left % SIDE;
    int last = columns + (left + 2) % SIDE;
    if (isInside(left) && isInside(left + 2)) {
      kernel.get(first).get(last).add();
    } else if (isInside(left)) {
      kernel.get(first);
    } else if (isInside(left + 2)) {
      kernel.get(last);
    } else {
      return;
    }
    kernel.get(weight).get(sum).multiplyAdd().set(sum);
  }
}
