package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.KernelCode.FLOATS;
import static dev.vgnet.cpu.kernel.KernelCode.INTS;
import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes the class of a {@link DepthwiseKernel}. The sums of all pixels of a strip stay in
 * registers:
 *
 * <pre>
 * row(inWidth, outWidth, channels, in, rowOffsets, weights, w, out, o, residual):
 *   strip(..., channel, x) for each strip, for each vector of channels
 *
 * strip(in, rowOffsets, weights, w, out, o, residual, inWidth, channel, channels, x):
 *   return if the row is dry
 *   for each row and each column of the windows, unrolled:
 *     unless the column is outside of the row:
 *       load the input, multiply-add it to every sum that it belongs to
 *   finish and store the sums
 * </pre>
 *
 * Only the first and last columns of a strip, as many as there is padding, may be outside. The rows
 * of windows too large for a method are a loop. There is no loop around a strip in its own method:
 * the checks of array bounds in straight code are merged, those of a loop with few turns cost as
 * much as the work.
 */
final class DepthwiseGenerator {
  private static final MethodTypeDesc ROW =
      MethodTypeDesc.of(
          CD_void, CD_int, CD_int, CD_int, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int, CD_int);

  private static final MethodTypeDesc STRIP =
      MethodTypeDesc.of(
          CD_void, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int, CD_int, CD_int, CD_int, CD_int,
          CD_int);

  // Locals of a strip's method.
  private static final int IN = 0;
  private static final int ROW_OFFSETS = 1;
  private static final int WEIGHTS = 2;
  private static final int WEIGHT = 3;
  private static final int OUT = 4;
  private static final int OUT_OFFSET = 5;
  private static final int RESIDUAL = 6;
  private static final int IN_WIDTH = 7;
  private static final int CHANNEL = 8;
  private static final int CHANNELS = 9;
  private static final int X = 10;
  private static final int MASK = 11;
  private static final int SCALE = 12;
  private static final int SHIFT = 13;

  /** The pixel of the row that the first column of the strip is. */
  private static final int FIRST_COLUMN = 14;

  /** How many columns there are from the first one on. */
  private static final int COLUMNS = 15;

  private static final int FIRST_SUM = 16;

  private final DepthwiseSpec spec;
  private final CodeBuilder code;
  private final KernelCode kernel;

  // Free locals, which the epilogue overwrites.
  private final int windowRow;
  private final int inIndex;
  private final int weightIndex;
  private final int input;
  private final int firstWeight;
  private final EpilogueCode epilogue;

  private DepthwiseGenerator(DepthwiseSpec spec, CodeBuilder code) {
    this.spec = spec;
    this.code = code;
    kernel = new KernelCode(code);
    windowRow = FIRST_SUM + spec.pixels();
    inIndex = windowRow + 1;
    weightIndex = windowRow + 2;
    input = windowRow + 3;
    firstWeight = windowRow + 4;
    epilogue = new EpilogueCode(kernel, spec.epilogue(), OUT, windowRow);
  }

  /**
   * @throws IllegalArgumentException if the kernel has no room for its epilogue
   */
  static byte[] generate(DepthwiseSpec spec) {
    if (!spec.hasRoom()) {
      throw new IllegalArgumentException("no room for the epilogue of " + spec);
    }
    ClassDesc name =
        ClassDesc.of(
            DepthwiseGenerator.class.getPackageName(),
            "Depthwise" + spec.kernel() + "x" + spec.kernel());
    return KernelCode.classFile(
        name,
        DepthwiseKernel.class,
        builder -> {
          builder.withMethodBody("row", ROW, ACC_PUBLIC, code -> row(spec, name, code));
          builder.withMethodBody(
              "strip",
              STRIP,
              ACC_PRIVATE | ACC_STATIC,
              code -> new DepthwiseGenerator(spec, code).strip());
        });
  }

  /** Its locals are the parameters in their order, from 1 on, and what follows them. */
  private static void row(DepthwiseSpec spec, ClassDesc owner, CodeBuilder code) {
    KernelCode kernel = new KernelCode(code);
    int inWidth = 1;
    int outWidth = 2;
    int channels = 3;
    int in = 4;
    int rowOffsets = 5;
    int weights = 6;
    int firstWeight = 7;
    int out = 8;
    int outOffset = 9;
    int residual = 10;
    int last = 11;
    int start = 12;
    int channel = 13;
    int weight = 14;
    int x = 15;
    code.iload(outWidth).loadConstant(spec.pixels());
    MethodTypeDesc ofInts = MethodTypeDesc.of(CD_int, CD_int, CD_int);
    code.invokestatic(KernelCode.desc(DepthwiseKernel.class), "lastStrip", ofInts, true);
    code.istore(last).iconst_0().istore(start);
    Runnable strip =
        () -> {
          code.aload(in).aload(rowOffsets).aload(weights).iload(weight);
          code.aload(out).iload(outOffset).iload(residual).iload(inWidth);
          code.iload(channel).iload(channels).iload(x).invokestatic(owner, "strip", STRIP);
          code.iinc(weight, spec.block());
        };
    Runnable strips =
        () -> {
          code.iload(start).iload(last);
          code.invokestatic(KernelCode.desc(Math.class), "min", ofInts).istore(x);
          code.iload(firstWeight).istore(weight).iconst_0().istore(channel);
          kernel.loopWhileLess(channel, () -> code.iload(channels), Vectors.LANES, strip);
        };
    kernel.loopWhileLess(start, () -> code.iload(outWidth), spec.pixels(), strips);
    code.return_();
  }

  private void strip() {
    Label real = code.newLabel();
    code.iload(IN_WIDTH).ifne(real).return_().labelBinding(real);
    start();
    if (spec.unrollsRows()) {
      for (int ky = 0; ky < spec.kernel(); ky++) {
        code.loadConstant(ky).istore(windowRow);
        addRow();
      }
    } else {
      kernel.loop(windowRow, 0, spec.kernel(), 1, this::addRow);
    }
    finish();
    code.return_();
  }

  private void start() {
    kernel.address(FIRST_COLUMN, Index.of(X, spec.stride()).plus(-spec.padding()));
    kernel.address(COLUMNS, Index.of(IN_WIDTH).plus(FIRST_COLUMN, -1));
    kernel.address(OUT_OFFSET, Index.of(OUT_OFFSET).plus(CHANNEL, 1).plus(X, spec.outStride()));
    kernel.address(RESIDUAL, Index.of(RESIDUAL).plus(CHANNEL, 1).plus(X, spec.residualStride()));
    if (spec.epilogue().bias()) {
      kernel.load(WEIGHTS, weights(spec.positions())).set(FIRST_SUM);
    } else {
      kernel.zero().set(FIRST_SUM);
    }
    for (int o = 1; o < spec.pixels(); o++) {
      kernel.get(FIRST_SUM).set(FIRST_SUM + o);
    }
  }

  private void addRow() {
    kernel.address(weightIndex, Index.of(WEIGHT).plus(windowRow, spec.kernel() * Vectors.LANES));
    for (int kx = 0; kx < spec.kernel(); kx++) {
      kernel.load(WEIGHTS, Index.of(weightIndex).plus(kx * Vectors.LANES)).set(firstWeight + kx);
    }
    code.aload(ROW_OFFSETS).iload(windowRow).iaload().istore(inIndex);
    kernel.address(inIndex, Index.of(inIndex).plus(CHANNEL, 1).plus(FIRST_COLUMN, spec.inStride()));
    for (int column = 0; column < spec.columns(); column++) {
      if (column % spec.stride() < spec.kernel()) {
        addColumnIfInside(column);
      }
    }
  }

  private void addColumnIfInside(int column) {
    Label outside = code.newLabel();
    if (column < spec.padding()) {
      code.iload(FIRST_COLUMN).loadConstant(-column).if_icmplt(outside);
    }
    if (column >= spec.columns() - spec.padding()) {
      code.iload(COLUMNS).loadConstant(column).if_icmple(outside);
    }
    kernel.load(IN, Index.of(inIndex).plus(column * spec.inStride())).set(input);
    for (int kx = 0; kx < spec.kernel(); kx++) {
      int o = Math.floorDiv(column - kx, spec.stride());
      if (o >= 0 && o < spec.pixels() && o * spec.stride() + kx == column) {
        int sum = FIRST_SUM + o;
        kernel.get(input).get(firstWeight + kx).get(sum).multiplyAdd().set(sum);
      }
    }
    code.labelBinding(outside);
  }

  private void finish() {
    if (spec.epilogue().affine()) {
      int scale = spec.positions() + (spec.epilogue().bias() ? 1 : 0);
      kernel.load(WEIGHTS, weights(scale)).set(SCALE);
      kernel.load(WEIGHTS, weights(scale + 1)).set(SHIFT);
    }
    if (spec.partial()) {
      kernel.mask(MASK, () -> code.iload(CHANNEL), () -> code.iload(CHANNELS));
    }
    for (int o = 0; o < spec.pixels(); o++) {
      Index residual = Index.of(RESIDUAL).plus(o * spec.residualStride());
      epilogue.apply(FIRST_SUM + o, SCALE, SHIFT, residual);
      Index out = Index.of(OUT_OFFSET).plus(o * spec.outStride());
      kernel.get(FIRST_SUM + o);
      if (spec.partial()) {
        kernel.store(OUT, out, MASK);
      } else {
        kernel.store(OUT, out);
      }
    }
  }

  /** A row of the packed numbers. */
  private static Index weights(int row) {
    return Index.of(WEIGHT).plus(row * Vectors.LANES);
  }
}
