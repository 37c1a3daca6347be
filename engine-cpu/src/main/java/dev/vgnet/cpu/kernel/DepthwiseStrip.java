package dev.vgnet.cpu.kernel;

import java.lang.classfile.CodeBuilder;

/**
 * Writes a method that computes one vector of channels of some output pixels side by side. How they
 * are added up is left to others.
 */
abstract sealed class DepthwiseStrip permits PlainStrip {
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

  final DepthwiseSpec spec;
  final int pixels;
  final CodeBuilder code;
  final KernelCode kernel;

  /** Free locals, which the epilogue overwrites. */
  final int firstScratch;

  private final int firstPixel;
  private final EpilogueCode epilogue;

  DepthwiseStrip(DepthwiseSpec spec, int pixels, int firstPixel, CodeBuilder code) {
    this.spec = spec;
    this.pixels = pixels;
    this.firstPixel = firstPixel;
    this.code = code;
    kernel = new KernelCode(code);
    firstScratch = FIRST_SUM + pixels;
    epilogue = new EpilogueCode(kernel, spec.epilogue(), OUT, firstScratch);
  }

  /**
   * @param pixels the output pixels of the strip
   * @param firstPixel the first one of any strip that meets the same borders
   */
  static DepthwiseStrip of(DepthwiseSpec spec, int pixels, int firstPixel, CodeBuilder code) {
    return new PlainStrip(spec, pixels, firstPixel, code);
  }

  /** Whether one method has room for sums and epilogue. */
  static boolean finishesInPlace(DepthwiseSpec spec, int pixels) {
    int sums = PlainStrip.ofRow(spec, pixels) + stores(spec, pixels);
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

  /** Writes the sums of all pixels, bias included, into the locals from {@link #FIRST_SUM} on. */
  abstract void addUp();

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
}
