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

/**
 * Writes the class of a {@link DepthwiseKernel}. A row is cut into strips of up to seven output
 * pixels whose sums stay in registers:
 *
 * <pre>
 * row(in, rowOffsets, weights, w, out, o):
 *   left(..., c, 0), middle(..., c, x) for every strip between, right(..., c, last),
 *   each for every vector of channels c
 *
 * left, middle, right(in, rowOffsets, weights, w, out, o, c, x):
 *   for each row and each column of the windows of the strip, unrolled:
 *     load the input, multiply-add it to every sum that it belongs to
 *   store the sums
 * </pre>
 *
 * The left strip of a row no wider than a strip meets both borders. Strips overlap where the row is
 * no multiple of them. There is no loop around a strip in its own method: the checks of array
 * bounds in straight code are merged, those of a loop with few turns cost as much as the work.
 * Strips of large windows are several methods, each adding some rows to what the one before stored.
 */
final class DepthwiseGenerator {
  /** One row of sums, one row of weights and an input fit into 16 registers. */
  private static final int MAX_STRIP = 7;

  /**
   * Multiply-adds, loads and stores of a method; a store with a mask counts double. The first
   * compiler gives up on much larger ones, and without its profile the second one never sees them.
   */
  private static final int MAX_OPERATIONS = 125;

  private static final MethodTypeDesc SIGNATURE =
      MethodTypeDesc.of(CD_void, FLOATS, INTS, FLOATS, CD_int, FLOATS, CD_int);
  private static final MethodTypeDesc STRIP = SIGNATURE.insertParameterTypes(6, CD_int, CD_int);

  // Locals of a strip's method; the instance method row has the parameters one further up.
  private static final int IN = 0;
  private static final int ROW_OFFSETS = 1;
  private static final int WEIGHTS = 2;
  private static final int WEIGHT = 3;
  private static final int OUT = 4;
  private static final int OUT_OFFSET = 5;
  private static final int CHANNEL = 6;
  private static final int X = 7;
  private static final int ROW = 8;
  private static final int MASK = 9;
  private static final int INPUT = 10;
  private static final int FIRST_WEIGHT = 11;

  private final DepthwiseSpec spec;
  private final ClassDesc name;
  private final int strip;
  private final int right;
  private final int columns;
  private final boolean wholeVectors;
  private final int rowsOfPart;
  private final int firstSum;

  private DepthwiseGenerator(DepthwiseSpec spec) {
    this.spec = spec;
    name =
        ClassDesc.of(
            getClass().getPackageName(), "Depthwise%dx%d".formatted(spec.kernel(), spec.kernel()));
    strip = Math.ceilDiv(spec.outWidth(), Math.ceilDiv(spec.outWidth(), MAX_STRIP));
    right = spec.outWidth() - strip;
    columns = (strip - 1) * spec.stride() + spec.kernel();
    wholeVectors = spec.channels() % Vectors.LANES == 0;
    int stores = wholeVectors ? strip : 2 * strip;
    int operationsOfRow = strip * spec.kernel() + columns + spec.kernel();
    rowsOfPart = Math.max(1, (MAX_OPERATIONS - stores) / operationsOfRow);
    firstSum = FIRST_WEIGHT + spec.kernel();
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
          strip(builder, "left", 0);
          if (right > 0) {
            strip(builder, "right", right);
          }
          if (right > strip) {
            strip(builder, "middle", strip);
          }
        });
  }

  private void row(CodeBuilder code) {
    KernelCode kernel = new KernelCode(code);
    int x = 8;
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

  private void call(CodeBuilder code, String strip, Runnable x) {
    int channel = 7;
    Runnable parts =
        () -> {
          for (int ky = 0; ky < spec.kernel(); ky += rowsOfPart) {
            code.aload(IN + 1).aload(ROW_OFFSETS + 1).aload(WEIGHTS + 1).iload(WEIGHT + 1);
            code.aload(OUT + 1).iload(OUT_OFFSET + 1).iload(channel);
            x.run();
            code.invokestatic(name, strip + ky, STRIP);
          }
        };
    new KernelCode(code).loop(channel, 0, spec.channels(), Vectors.LANES, parts);
  }

  /**
   * @param pixel the first output pixel of a strip that meets the same borders
   */
  private void strip(ClassBuilder builder, String strip, int pixel) {
    for (int ky = 0; ky < spec.kernel(); ky += rowsOfPart) {
      int firstRow = ky;
      builder.withMethodBody(
          strip + ky,
          STRIP,
          ACC_PRIVATE | ACC_STATIC,
          code -> new Strip(code, pixel).write(firstRow));
    }
  }

  /** Writes the method of one kind of strip. */
  private final class Strip {
    private final CodeBuilder code;
    private final KernelCode kernel;
    private final int firstPixel;

    Strip(CodeBuilder code, int firstPixel) {
      this.code = code;
      this.firstPixel = firstPixel;
      kernel = new KernelCode(code);
    }

    void write(int firstRow) {
      for (int o = 0; o < strip; o++) {
        if (firstRow == 0) {
          kernel.zero().set(firstSum + o);
        } else {
          kernel.load(OUT, out(o)).set(firstSum + o);
        }
      }
      for (int ky = firstRow; ky < Math.min(firstRow + rowsOfPart, spec.kernel()); ky++) {
        addRow(ky);
      }
      store();
      code.return_();
    }

    private void addRow(int ky) {
      for (int kx = 0; kx < spec.kernel(); kx++) {
        int position = (ky * spec.kernel() + kx) * spec.weightStride();
        Index weight = Index.of(WEIGHT).plus(CHANNEL, 1).plus(position);
        kernel.load(WEIGHTS, weight).set(FIRST_WEIGHT + kx);
      }
      code.aload(ROW_OFFSETS).loadConstant(ky).iaload().istore(ROW);
      int step = spec.stride() * spec.inStride();
      Index first = Index.of(ROW).plus(CHANNEL, 1).plus(X, step);
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
          kernel.get(INPUT).get(FIRST_WEIGHT + kx).get(sum).multiplyAdd().set(sum);
        }
      }
    }

    private void store() {
      if (!wholeVectors) {
        kernel.mask(MASK, () -> code.iload(CHANNEL), () -> code.loadConstant(spec.channels()));
      }
      for (int o = 0; o < strip; o++) {
        kernel.get(firstSum + o);
        if (wholeVectors) {
          kernel.store(OUT, out(o));
        } else {
          kernel.store(OUT, out(o), MASK);
        }
      }
    }

    private Index out(int o) {
      Index first = Index.of(OUT_OFFSET).plus(CHANNEL, 1).plus(X, spec.outStride());
      return first.plus(o * spec.outStride());
    }
  }
}
