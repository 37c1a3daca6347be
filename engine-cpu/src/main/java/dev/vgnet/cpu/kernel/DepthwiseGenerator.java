package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.KernelCode.FLOATS;
import static dev.vgnet.cpu.kernel.KernelCode.INTS;
import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes the class of a {@link DepthwiseKernel}. A row is cut into strips of up to seven output
 * pixels whose sums stay in registers:
 *
 * <pre>
 * row(in, rowOffsets, weights, w, out, o):
 *   for each group of strips with the same border:  strips(..., from, to)
 *
 * strips(in, rowOffsets, weights, w, out, o, from, to):
 *   for (c = 0; c &lt; channels; c += LANES)
 *     for (x = from; x &lt; to; x += strip)
 *       for each row and each column of the window of a strip, unrolled:
 *         load the input, multiply-add it to every sum that it belongs to
 *       store the sums
 * </pre>
 *
 * The first strip meets the left border, the last one the right border, a row no wider than a strip
 * both. Strips overlap where the row is no multiple of them.
 */
final class DepthwiseGenerator {
  /** One row of sums, one row of weights and an input fit into 16 registers. */
  private static final int MAX_STRIP = 7;

  private static final MethodTypeDesc ROW =
      MethodTypeDesc.of(CD_void, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int);
  private static final MethodTypeDesc STRIPS = ROW.insertParameterTypes(6, CD_int, CD_int);

  // Locals of a strips method; the instance method row has them one further up.
  private static final int IN = 0;
  private static final int ROW_OFFSETS = 1;
  private static final int WEIGHTS = 2;
  private static final int WEIGHT = 3;
  private static final int OUT = 4;
  private static final int OUT_OFFSET = 5;
  private static final int FROM = 6;
  private static final int TO = 7;
  private static final int CHANNEL = 8;
  private static final int X = 9;
  private static final int MASK = 10;
  private static final int INPUT = 11;
  private static final int FIRST_ROW = 12;

  private final DepthwiseSpec spec;
  private final ClassDesc name;
  private final int strip;
  private final int firstWeight;
  private final int firstSum;

  private DepthwiseGenerator(DepthwiseSpec spec) {
    this.spec = spec;
    name =
        ClassDesc.of(
            getClass().getPackageName(), "Depthwise%dx%d".formatted(spec.kernel(), spec.kernel()));
    strip = Math.ceilDiv(spec.outWidth(), Math.ceilDiv(spec.outWidth(), MAX_STRIP));
    firstWeight = FIRST_ROW + spec.kernel();
    firstSum = firstWeight + spec.kernel();
  }

  static byte[] generate(DepthwiseSpec spec) {
    return new DepthwiseGenerator(spec).generate();
  }

  private byte[] generate() {
    return KernelCode.classFile(
        name,
        DepthwiseKernel.class,
        builder -> {
          builder.withMethodBody("row", ROW, ACC_PUBLIC, this::row);
          int right = spec.outWidth() - strip;
          strips(builder, "left", 0);
          if (right > 0) {
            strips(builder, "right", right);
          }
          if (right > strip) {
            strips(builder, "middle", strip);
          }
        });
  }

  private void row(CodeBuilder code) {
    int right = spec.outWidth() - strip;
    callStrips(code, "left", 0, 1);
    if (right > 0) {
      callStrips(code, "right", right, right + 1);
    }
    if (right > strip) {
      int lastMiddle = right - strip;
      callStrips(code, "middle", strip, lastMiddle);
      callStrips(code, "middle", lastMiddle, lastMiddle + 1);
    }
    code.return_();
  }

  private void callStrips(CodeBuilder code, String strips, int from, int to) {
    code.aload(IN + 1).aload(ROW_OFFSETS + 1).aload(WEIGHTS + 1).iload(WEIGHT + 1);
    code.aload(OUT + 1).iload(OUT_OFFSET + 1).loadConstant(from).loadConstant(to);
    code.invokestatic(name, strips, STRIPS);
  }

  /**
   * @param x the first pixel of a strip that meets the same borders as all strips of this method
   */
  private void strips(ClassBuilder builder, String strips, int x) {
    builder.withMethodBody(
        strips, STRIPS, ACC_PRIVATE | ACC_STATIC, code -> strips(new KernelCode(code), code, x));
  }

  private void strips(KernelCode kernel, CodeBuilder code, int x) {
    for (int ky = 0; ky < spec.kernel(); ky++) {
      code.aload(ROW_OFFSETS).loadConstant(ky).iaload().istore(FIRST_ROW + ky);
    }
    kernel.loop(
        CHANNEL,
        0,
        spec.channels(),
        Vectors.LANES,
        () -> {
          code.iload(FROM).istore(X);
          kernel.loopWhileLess(
              X,
              () -> code.iload(TO),
              strip,
              () -> {
                sum(kernel, x);
                store(kernel, code);
              });
          for (int ky = 0; ky < spec.kernel(); ky++) {
            code.iinc(FIRST_ROW + ky, Vectors.LANES);
          }
          code.iinc(WEIGHT, Vectors.LANES).iinc(OUT_OFFSET, Vectors.LANES);
        });
    code.return_();
  }

  private void sum(KernelCode kernel, int x) {
    for (int o = 0; o < strip; o++) {
      kernel.zero(firstSum + o);
    }
    int columns = (strip - 1) * spec.stride() + spec.kernel();
    for (int ky = 0; ky < spec.kernel(); ky++) {
      int row = FIRST_ROW + ky;
      for (int kx = 0; kx < spec.kernel(); kx++) {
        int weight = (ky * spec.kernel() + kx) * spec.weightStride();
        kernel.load(firstWeight + kx, WEIGHTS, () -> kernel.index(WEIGHT, weight));
      }
      for (int column = 0; column < columns; column++) {
        int first = x * spec.stride() - spec.padding() + column;
        if (first >= 0 && first < spec.inWidth()) {
          int offset = (column - spec.padding()) * spec.inStride();
          int step = spec.stride() * spec.inStride();
          kernel.load(INPUT, IN, () -> kernel.index(row, X, step, offset));
          addColumn(kernel, column);
        }
      }
    }
  }

  private void addColumn(KernelCode kernel, int column) {
    for (int kx = 0; kx < spec.kernel(); kx++) {
      int o = Math.floorDiv(column - kx, spec.stride());
      if (o >= 0 && o < strip && o * spec.stride() + kx == column) {
        kernel.multiplyAdd(firstSum + o, INPUT, firstWeight + kx);
      }
    }
  }

  private void store(KernelCode kernel, CodeBuilder code) {
    int wholeVectors = spec.channels() / Vectors.LANES * Vectors.LANES;
    if (wholeVectors == spec.channels()) {
      store(kernel, false);
      return;
    }
    Label masked = code.newLabel();
    Label end = code.newLabel();
    code.iload(CHANNEL).loadConstant(wholeVectors).if_icmpge(masked);
    store(kernel, false);
    code.goto_(end).labelBinding(masked);
    kernel.mask(MASK, spec.channels() - wholeVectors);
    store(kernel, true);
    code.labelBinding(end);
  }

  private void store(KernelCode kernel, boolean masked) {
    for (int o = 0; o < strip; o++) {
      int offset = o * spec.outStride();
      Runnable index = () -> kernel.index(OUT_OFFSET, X, spec.outStride(), offset);
      if (masked) {
        kernel.store(firstSum + o, OUT, index, MASK);
      } else {
        kernel.store(firstSum + o, OUT, index);
      }
    }
  }
}
