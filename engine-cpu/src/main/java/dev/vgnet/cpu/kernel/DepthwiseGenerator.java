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
  private final int right;
  private final int firstWeight;
  private final int firstSum;

  private DepthwiseGenerator(DepthwiseSpec spec) {
    this.spec = spec;
    name =
        ClassDesc.of(
            getClass().getPackageName(), "Depthwise%dx%d".formatted(spec.kernel(), spec.kernel()));
    strip = Math.ceilDiv(spec.outWidth(), Math.ceilDiv(spec.outWidth(), MAX_STRIP));
    right = spec.outWidth() - strip;
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
          border(builder, "left", 0);
          if (right > 0) {
            border(builder, "right", right);
          }
          if (right > strip) {
            builder.withMethodBody(
                "middle", STRIPS, ACC_PRIVATE | ACC_STATIC, code -> new Body(code, strip).middle());
          }
        });
  }

  private void border(ClassBuilder builder, String border, int x) {
    builder.withMethodBody(
        border, ROW, ACC_PRIVATE | ACC_STATIC, code -> new Body(code, x).border());
  }

  private void row(CodeBuilder code) {
    callBorder(code, "left");
    if (right > 0) {
      callBorder(code, "right");
    }
    if (right > strip) {
      int lastMiddle = right - strip;
      callMiddle(code, strip, lastMiddle);
      callMiddle(code, lastMiddle, lastMiddle + 1);
    }
    code.return_();
  }

  private void callBorder(CodeBuilder code, String border) {
    pushParameters(code);
    code.invokestatic(name, border, ROW);
  }

  private void callMiddle(CodeBuilder code, int from, int to) {
    pushParameters(code);
    code.loadConstant(from).loadConstant(to).invokestatic(name, "middle", STRIPS);
  }

  private static void pushParameters(CodeBuilder code) {
    code.aload(IN + 1).aload(ROW_OFFSETS + 1).aload(WEIGHTS + 1).iload(WEIGHT + 1);
    code.aload(OUT + 1).iload(OUT_OFFSET + 1);
  }

  /** Writes one method. */
  private final class Body {
    private final CodeBuilder code;
    private final KernelCode kernel;
    private final int firstPixel;

    /**
     * @param firstPixel of a strip that meets the same borders as all strips of this method
     */
    Body(CodeBuilder code, int firstPixel) {
      this.code = code;
      this.firstPixel = firstPixel;
      kernel = new KernelCode(code);
    }

    void border() {
      code.loadConstant(firstPixel).istore(X);
      channels(this::strip);
    }

    void middle() {
      channels(
          () -> {
            code.iload(FROM).istore(X);
            kernel.loopWhileLess(X, () -> code.iload(TO), strip, this::strip);
          });
    }

    private void channels(Runnable strips) {
      for (int ky = 0; ky < spec.kernel(); ky++) {
        code.aload(ROW_OFFSETS).loadConstant(ky).iaload().istore(FIRST_ROW + ky);
      }
      kernel.loop(CHANNEL, 0, spec.channels(), Vectors.LANES, strips);
      code.return_();
    }

    private void strip() {
      for (int o = 0; o < strip; o++) {
        kernel.zero().set(firstSum + o);
      }
      for (int ky = 0; ky < spec.kernel(); ky++) {
        addRow(ky);
      }
      int wholeVectors = spec.channels() / Vectors.LANES * Vectors.LANES;
      if (wholeVectors == spec.channels()) {
        store(false);
      } else {
        Label partial = code.newLabel();
        Label end = code.newLabel();
        code.iload(CHANNEL).loadConstant(wholeVectors).if_icmpge(partial);
        store(false);
        code.goto_(end).labelBinding(partial);
        kernel.mask(MASK, code::iconst_0, () -> code.loadConstant(spec.channels() - wholeVectors));
        store(true);
        code.labelBinding(end);
      }
    }

    private void addRow(int ky) {
      for (int kx = 0; kx < spec.kernel(); kx++) {
        int position = (ky * spec.kernel() + kx) * spec.weightStride();
        Index weight = Index.of(WEIGHT).plus(CHANNEL, 1).plus(position);
        kernel.load(WEIGHTS, weight).set(firstWeight + kx);
      }
      Index row = Index.of(FIRST_ROW + ky).plus(CHANNEL, 1);
      Index first = row.plus(X, spec.stride() * spec.inStride());
      int columns = (strip - 1) * spec.stride() + spec.kernel();
      for (int column = 0; column < columns; column++) {
        int pixel = firstPixel * spec.stride() - spec.padding() + column;
        if (pixel >= 0 && pixel < spec.inWidth()) {
          Index input = first.plus((column - spec.padding()) * spec.inStride());
          kernel.load(IN, input).set(INPUT);
          addColumn(column);
        }
      }
    }

    private void addColumn(int column) {
      for (int kx = 0; kx < spec.kernel(); kx++) {
        int o = Math.floorDiv(column - kx, spec.stride());
        if (o >= 0 && o < strip && o * spec.stride() + kx == column) {
          int sum = firstSum + o;
          kernel.get(INPUT).get(firstWeight + kx).get(sum).multiplyAdd().set(sum);
        }
      }
    }

    private void store(boolean masked) {
      Index first = Index.of(OUT_OFFSET).plus(CHANNEL, 1).plus(X, spec.outStride());
      for (int o = 0; o < strip; o++) {
        Index pixel = first.plus(o * spec.outStride());
        kernel.get(firstSum + o);
        if (masked) {
          kernel.store(OUT, pixel, MASK);
        } else {
          kernel.store(OUT, pixel);
        }
      }
    }
  }
}
