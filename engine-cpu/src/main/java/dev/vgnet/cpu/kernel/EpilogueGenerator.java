package dev.vgnet.cpu.kernel;

import static dev.vgnet.cpu.kernel.KernelCode.FLOATS;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes the class of an {@link EpilogueKernel}:
 *
 * <pre>
 * run(arena, in, inStride, out, outStride, pixels, channels, parameters, first, residual, stride):
 *   for (c = 0; c &lt; channels; c += LANES)
 *     load bias, scale and shift of the channels
 *     if (c + LANES &lt;= channels)
 *       for (p = 0; p &lt; pixels; p++)  load, finish and store a vector
 *     else
 *       the same, but store the channels that are inside
 * </pre>
 *
 * Generated, because a method of Java code that is shared by all kernels is sooner or later
 * compiled by itself, too large to be inlined, and then hands over boxed vectors.
 */
final class EpilogueGenerator {
  private static final ClassDesc PARAMETERS = KernelCode.desc(EpilogueParameters.class);

  private static final MethodTypeDesc SIGNATURE =
      MethodTypeDesc.of(
          CD_void,
          FLOATS,
          CD_int,
          CD_int,
          CD_int,
          CD_int,
          CD_int,
          CD_int,
          PARAMETERS,
          CD_int,
          CD_int,
          CD_int);

  private static final int ARENA = 1;
  private static final int IN = 2;
  private static final int IN_STRIDE = 3;
  private static final int OUT = 4;
  private static final int OUT_STRIDE = 5;
  private static final int PIXELS = 6;
  private static final int CHANNELS = 7;
  private static final int PARAMETER_ARRAYS = 8;
  private static final int FIRST_CHANNEL = 9;
  private static final int RESIDUAL = 10;
  private static final int RESIDUAL_STRIDE = 11;
  private static final int CHANNEL = 12;
  private static final int PIXEL = 13;
  private static final int FROM = 14;
  private static final int TO = 15;
  private static final int ADDED = 16;
  private static final int MASK = 17;
  private static final int ARRAY = 18;
  private static final int BIAS = 19;
  private static final int SCALE = 20;
  private static final int SHIFT = 21;
  private static final int X = 22;
  private static final int FIRST_SCRATCH = 23;

  private final EpilogueSpec spec;
  private final CodeBuilder code;
  private final KernelCode kernel;
  private final EpilogueCode epilogue;

  private EpilogueGenerator(EpilogueSpec spec, CodeBuilder code) {
    this.spec = spec;
    this.code = code;
    kernel = new KernelCode(code);
    epilogue = new EpilogueCode(kernel, spec, ARENA, FIRST_SCRATCH);
  }

  static byte[] generate(EpilogueSpec spec) {
    return KernelCode.classFile(
        ClassDesc.of(EpilogueGenerator.class.getPackageName(), "Epilogue"),
        EpilogueKernel.class,
        builder ->
            builder.withMethodBody(
                "run", SIGNATURE, ACC_PUBLIC, code -> new EpilogueGenerator(spec, code).run()));
  }

  private void run() {
    code.iconst_0().istore(CHANNEL);
    kernel.loopWhileLess(CHANNEL, () -> code.iload(CHANNELS), Vectors.LANES, this::finishChannels);
    code.return_();
  }

  private void finishChannels() {
    if (spec.bias()) {
      parameter("bias", BIAS);
    }
    if (spec.affine()) {
      parameter("scale", SCALE);
      parameter("shift", SHIFT);
    }
    kernel.address(FROM, Index.of(IN).plus(CHANNEL, 1));
    kernel.address(TO, Index.of(OUT).plus(CHANNEL, 1));
    kernel.address(ADDED, Index.of(RESIDUAL).plus(CHANNEL, 1));
    Label partial = code.newLabel();
    Label end = code.newLabel();
    Index.of(CHANNEL).plus(Vectors.LANES).push(code);
    code.iload(CHANNELS).if_icmpgt(partial);
    finishPixels(() -> kernel.get(X).store(ARENA, Index.of(TO)));
    code.goto_(end).labelBinding(partial);
    kernel.mask(MASK, () -> code.iload(CHANNEL), () -> code.iload(CHANNELS));
    finishPixels(() -> kernel.get(X).store(ARENA, Index.of(TO), MASK));
    code.labelBinding(end);
  }

  private void finishPixels(Runnable store) {
    code.iconst_0().istore(PIXEL);
    kernel.loopWhileLess(PIXEL, () -> code.iload(PIXELS), 1, () -> finishPixel(store));
  }

  private void parameter(String name, int vector) {
    code.aload(PARAMETER_ARRAYS).invokevirtual(PARAMETERS, name, MethodTypeDesc.of(FLOATS));
    code.astore(ARRAY);
    kernel.load(ARRAY, Index.of(FIRST_CHANNEL).plus(CHANNEL, 1)).set(vector);
  }

  private void finishPixel(Runnable store) {
    kernel.load(ARENA, Index.of(FROM)).set(X);
    if (spec.bias()) {
      kernel.get(X).get(BIAS).add().set(X);
    }
    epilogue.apply(X, SCALE, SHIFT, Index.of(ADDED));
    store.run();
    kernel.address(FROM, Index.of(FROM).plus(IN_STRIDE, 1));
    kernel.address(TO, Index.of(TO).plus(OUT_STRIDE, 1));
    kernel.address(ADDED, Index.of(ADDED).plus(RESIDUAL_STRIDE, 1));
  }
}
