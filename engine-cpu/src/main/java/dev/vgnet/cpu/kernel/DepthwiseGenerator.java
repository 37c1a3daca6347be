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
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.function.Consumer;

/**
 * Writes the class of a {@link DepthwiseKernel}. A row is cut into strips of up to seven output
 * pixels whose sums stay in registers:
 *
 * <pre>
 * row(in, rowOffsets, weights, w, out, o, residual):
 *   left(..., c, 0), middle(..., c, x) for every strip between, right(..., c, last),
 *   each for every vector of channels c
 *
 * left, middle, right(in, rowOffsets, weights, w, out, o, residual, c, x):
 *   add up, finish and store the sums, see {@link DepthwiseStrip}
 * finish(...):
 *   finish stored sums in a loop, where the epilogue is too long for a strip's method
 * </pre>
 *
 * The left strip of a row no wider than a strip meets both borders. Strips overlap where the row is
 * no multiple of them. There is no loop around a strip in its own method: the checks of array
 * bounds in straight code are merged, those of a loop with few turns cost as much as the work.
 */
final class DepthwiseGenerator {
  /** One row of sums, one row of weights and an input fit into 16 registers. */
  private static final int MAX_STRIP = 7;

  private static final MethodTypeDesc SIGNATURE =
      MethodTypeDesc.of(CD_void, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int, CD_int);
  private static final MethodTypeDesc STRIP = SIGNATURE.insertParameterTypes(7, CD_int, CD_int);

  private final DepthwiseSpec spec;
  private final ClassDesc name;
  private final int strip;
  private final int right;
  private final boolean finishesInPlace;

  private DepthwiseGenerator(DepthwiseSpec spec) {
    this.spec = spec;
    name =
        ClassDesc.of(
            getClass().getPackageName(), "Depthwise%dx%d".formatted(spec.kernel(), spec.kernel()));
    strip = Math.ceilDiv(spec.outWidth(), Math.ceilDiv(spec.outWidth(), MAX_STRIP));
    right = spec.outWidth() - strip;
    finishesInPlace = DepthwiseStrip.finishesInPlace(spec, strip);
  }

  static byte[] generate(DepthwiseSpec spec) {
    return new DepthwiseGenerator(spec).generate();
  }

  private byte[] generate() {
    return KernelCode.classFile(
        name,
        DepthwiseKernel.class,
        builder -> {
          builder.withMethodBody("row", SIGNATURE, ACC_PUBLIC, this::row);
          addStrip(builder, "left", 0);
          if (right > 0) {
            addStrip(builder, "right", right);
          }
          if (right > strip) {
            addStrip(builder, "middle", strip);
          }
          if (!finishesInPlace) {
            addMethod(
                builder, "finish", code -> new DepthwiseStrip(spec, strip, 0, code).finishStored());
          }
        });
  }

  private void row(CodeBuilder code) {
    KernelCode kernel = new KernelCode(code);
    int x = DepthwiseStrip.X + 1;
    call(code, "left", code::iconst_0);
    if (right > strip) {
      int lastMiddle = right - strip;
      kernel.loop(x, strip, lastMiddle, strip, () -> call(code, "middle", () -> code.iload(x)));
      call(code, "middle", () -> code.loadConstant(lastMiddle));
    }
    if (right > 0) {
      call(code, "right", () -> code.loadConstant(right));
    }
    code.return_();
  }

  /** Computes a strip, one vector of channels after the other. */
  private void call(CodeBuilder code, String method, Runnable x) {
    int channel = DepthwiseStrip.CHANNEL + 1;
    Runnable strips =
        () -> {
          callOne(code, method, channel, x);
          if (!finishesInPlace) {
            callOne(code, "finish", channel, x);
          }
        };
    new KernelCode(code).loop(channel, 0, spec.channels(), Vectors.LANES, strips);
  }

  private void callOne(CodeBuilder code, String method, int channel, Runnable x) {
    code.aload(DepthwiseStrip.IN + 1).aload(DepthwiseStrip.ROW_OFFSETS + 1);
    code.aload(DepthwiseStrip.WEIGHTS + 1).iload(DepthwiseStrip.WEIGHT + 1);
    code.aload(DepthwiseStrip.OUT + 1).iload(DepthwiseStrip.OUT_OFFSET + 1);
    code.iload(DepthwiseStrip.RESIDUAL + 1).iload(channel);
    x.run();
    code.invokestatic(name, method, STRIP);
  }

  /**
   * @param pixel the first output pixel of a strip that meets the same borders
   */
  private void addStrip(ClassBuilder builder, String method, int pixel) {
    addMethod(
        builder,
        method,
        code -> new DepthwiseStrip(spec, strip, pixel, code).write(finishesInPlace));
  }

  private static void addMethod(ClassBuilder builder, String method, Consumer<CodeBuilder> body) {
    builder.withMethodBody(
        method,
        STRIP,
        ACC_PRIVATE | ACC_STATIC,
        code -> {
          body.accept(code);
          code.return_();
        });
  }
}
