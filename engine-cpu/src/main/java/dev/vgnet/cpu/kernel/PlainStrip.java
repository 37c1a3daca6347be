package dev.vgnet.cpu.kernel;

import java.lang.classfile.CodeBuilder;

/**
 * Writes the sums of a strip for any weights:
 *
 * <pre>
 * for each row and each column of the windows, unrolled:
 *   load the input, multiply-add it to every sum that it belongs to
 * </pre>
 *
 * The rows of windows too large for that are a loop.
 */
final class PlainStrip extends DepthwiseStrip {
  private final int row = firstScratch;
  private final int windowRow = row + 1;
  private final int rowWeight = row + 2;
  private final int input = row + 3;
  private final int firstWeight = row + 4;

  PlainStrip(DepthwiseSpec spec, int pixels, int firstPixel, CodeBuilder code) {
    super(spec, pixels, firstPixel, code);
  }

  /** Operations of one row of the windows. */
  static int ofRow(DepthwiseSpec spec, int pixels) {
    return pixels * spec.kernel() + columns(spec, pixels) + spec.kernel();
  }

  @Override
  void addUp() {
    if (spec.epilogue().bias()) {
      kernel.load(WEIGHTS, bias()).set(FIRST_SUM);
    } else {
      kernel.zero().set(FIRST_SUM);
    }
    for (int o = 1; o < pixels; o++) {
      kernel.get(FIRST_SUM).set(FIRST_SUM + o);
    }
    int operations = spec.kernel() * ofRow(spec, pixels) + stores(spec, pixels);
    if (operations + pixels * spec.epilogue().operations() <= MAX_OPERATIONS) {
      for (int ky = 0; ky < spec.kernel(); ky++) {
        code.loadConstant(ky).istore(windowRow);
        addRow();
      }
    } else {
      kernel.loop(windowRow, 0, spec.kernel(), 1, this::addRow);
    }
  }

  private void addRow() {
    kernel.address(
        rowWeight, Index.of(WEIGHT).plus(windowRow, spec.kernel() * spec.weightStride()));
    for (int kx = 0; kx < spec.kernel(); kx++) {
      kernel
          .load(WEIGHTS, Index.of(rowWeight).plus(kx * spec.weightStride()))
          .set(firstWeight + kx);
    }
    code.iload(windowRow);
    inputRow(row);
    for (int column = 0; column < columns(spec, pixels); column++) {
      if (isInside(column)) {
        kernel.load(IN, input(row, column)).set(input);
        addColumn(column);
      }
    }
  }

  private void addColumn(int column) {
    for (int kx = 0; kx < spec.kernel(); kx++) {
      int o = Math.floorDiv(column - kx, spec.stride());
      if (o >= 0 && o < pixels && o * spec.stride() + kx == column) {
        int sum = FIRST_SUM + o;
        kernel.get(input).get(firstWeight + kx).get(sum).multiplyAdd().set(sum);
      }
    }
  }
}
