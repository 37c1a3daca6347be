package dev.vgnet.cpu.kernel;

import java.lang.classfile.CodeBuilder;

/** Writes a method that computes one vector of channels of some output pixels side by side. */
final class DepthwiseStrip {
  /**
   * Arithmetic, loads and stores of a method; a store with a mask counts for three, making the mask
   * for six. The first compiler gives up on much larger ones, and without its profile the second
   * one never sees them.
   */
  static final int MAX_OPERATIONS = 125;

  // Locals of a strip's method; the instance method row has the parameters one further up.
  static final int IN = 0;
  static final int ROW_OFFSETS = 1;
  static final int WEIGHTS = 2;
  static final int WEIGHT = 3;
  static final int OUT = 4;
  static final int OUT_OFFSET = 5;
  static final int RESIDUAL = 6;
  static final int CHANNEL = 7;
  static final int X = 8;
  private static final int MASK = 9;
  private static final int SCALE = 10;
  private static final int SHIFT = 11;
  private static final int PIXEL = 12;
  static final int FIRST_SUM = 13;

  private final DepthwiseSpec spec;
  private final int pixels;
  private final CodeBuilder code;
  private final KernelCode kernel;

  /** Free locals from here on, which the epilogue overwrites. */
  private final int row;

  private final int windowRow;
  private final int rowWeight;
  private final int input;
  private final int firstWeight;
  private final int firstPixel;
  private final EpilogueCode epilogue;

  /**
   * @param pixels the output pixels of the strip
   * @param firstPixel the first one of any strip that meets the same borders
   */
  DepthwiseStrip(DepthwiseSpec spec, int pixels, int firstPixel, CodeBuilder code) {
    this.spec = spec;
    this.pixels = pixels;
    this.firstPixel = firstPixel;
    this.code = code;
    kernel = new KernelCode(code);
    row = FIRST_SUM + pixels;
    windowRow = row + 1;
    rowWeight = row + 2;
    input = row + 3;
    firstWeight = row + 4;
    epilogue = new EpilogueCode(kernel, spec.epilogue(), OUT, row);
  }

  /** Whether one method has room for sums and epilogue. */
  static boolean finishesInPlace(DepthwiseSpec spec, int pixels) {
    int sums = ofRow(spec, pixels) + stores(spec, pixels);
    int epilogue = pixels * spec.epilogue().operations();
    return epilogue == 0 || sums + epilogue <= MAX_OPERATIONS;
  }

  /** Operations of storing a strip. */
  static int stores(DepthwiseSpec spec, int pixels) {
    return wholeVectors(spec) ? pixels : 3 * pixels + 6;
  }

  /** Input columns of a strip, those outside of the row included. */
  static int columns(DepthwiseSpec spec, int pixels) {
    return (pixels - 1) * spec.stride() + spec.kernel();
  }

  /** Writes the whole strip, or all but its epilogue. */
  void write(boolean finished) {
    start();
    addUp();
    if (finished) {
      loadAffine();
    }
    for (int o = 0; o < pixels; o++) {
      if (finished) {
        epilogue.apply(FIRST_SUM + o, SCALE, SHIFT, residual().plus(o * spec.residualStride()));
      }
      store(FIRST_SUM + o, out().plus(o * spec.outStride()));
    }
  }

  /** Writes the epilogue of sums that have been stored. */
  void finishStored() {
    start();
    loadAffine();
    Index out = out().plus(PIXEL, spec.outStride());
    Index residual = residual().plus(PIXEL, spec.residualStride());
    kernel.loop(
        PIXEL,
        0,
        pixels,
        1,
        () -> {
          kernel.load(OUT, out).set(FIRST_SUM);
          epilogue.apply(FIRST_SUM, SCALE, SHIFT, residual);
          store(FIRST_SUM, out);
        });
  }

  /** The weights of one position of the window, or a row of the epilogue's parameters. */
  Index weights(int row) {
    return Index.of(WEIGHT).plus(row * spec.weightStride());
  }

  /** The bias that the sums start from. */
  Index bias() {
    return weights(spec.positions());
  }

  /** Whether an input column of this strip is not outside of the row. */
  boolean isInside(int column) {
    int pixel = firstPixel * spec.stride() - spec.padding() + column;
    return pixel >= 0 && pixel < spec.inWidth();
  }

  /** Pops a row of the window, and stores in an int local where its column 0 would be. */
  void inputRow(int local) {
    code.istore(local);
    code.aload(ROW_OFFSETS).iload(local).iaload().istore(local);
    int step = spec.stride() * spec.inStride();
    kernel.address(local, Index.of(local).plus(CHANNEL, 1).plus(X, step));
  }

  /** An input of a row. */
  Index input(int row, int column) {
    return Index.of(row).plus((column - spec.padding()) * spec.inStride());
  }

  private void start() {
    kernel.address(WEIGHT, Index.of(WEIGHT).plus(CHANNEL, 1));
    kernel.address(OUT_OFFSET, Index.of(OUT_OFFSET).plus(CHANNEL, 1).plus(X, spec.outStride()));
    kernel.address(RESIDUAL, Index.of(RESIDUAL).plus(CHANNEL, 1).plus(X, spec.residualStride()));
    if (!wholeVectors(spec)) {
      kernel.mask(MASK, () -> code.iload(CHANNEL), () -> code.loadConstant(spec.channels()));
    }
  }

  private void loadAffine() {
    if (spec.epilogue().affine()) {
      int row = spec.positions() + (spec.epilogue().bias() ? 1 : 0);
      kernel.load(WEIGHTS, weights(row)).set(SCALE);
      kernel.load(WEIGHTS, weights(row + 1)).set(SHIFT);
    }
  }

  private void store(int vector, Index to) {
    kernel.get(vector);
    if (wholeVectors(spec)) {
      kernel.store(OUT, to);
    } else {
      kernel.store(OUT, to, MASK);
    }
  }

  private static Index out() {
    return Index.of(OUT_OFFSET);
  }

  private static Index residual() {
    return Index.of(RESIDUAL);
  }

  private static boolean wholeVectors(DepthwiseSpec spec) {
    return spec.channels() % Vectors.LANES == 0;
  }

  /** Operations of one row of the windows. */
  private static int ofRow(DepthwiseSpec spec, int pixels) {
    return pixels * spec.kernel() + columns(spec, pixels) + spec.kernel();
  }

  /**
   * Writes the sums of all pixels, bias included, into the locals from {@link #FIRST_SUM} on. For
   * each row and each column of the windows, unrolled: loads the input, multiply-adds it to every
   * sum that it belongs to. The rows of windows too large for that are a loop.
   */
  private void addUp() {
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
