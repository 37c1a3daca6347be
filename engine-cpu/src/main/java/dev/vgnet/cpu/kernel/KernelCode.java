package dev.vgnet.cpu.kernel;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes what kernels are made of: loops, and arithmetic on vectors of floats. Arithmetic is that
 * of a stack: operands are pushed, and an operation replaces them by its result.
 */
final class KernelCode {
  static final ClassDesc FLOATS = CD_float.arrayType();
  static final ClassDesc INTS = CD_int.arrayType();

  private static final ClassDesc FLOAT_VECTOR = desc(FloatVector.class);
  private static final ClassDesc INT_VECTOR = desc(IntVector.class);
  private static final ClassDesc VECTOR = desc(Vector.class);
  private static final ClassDesc MASK = desc(VectorMask.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc OPERATORS = desc(VectorOperators.class);

  private final CodeBuilder code;

  KernelCode(CodeBuilder code) {
    this.code = code;
  }

  static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  /** A class that implements a kernel interface and has a constructor without parameters. */
  static byte[] classFile(ClassDesc name, Class<?> kernel, Consumer<ClassBuilder> methods) {
    return ClassFile.of()
        .build(
            name,
            builder -> {
              builder.withFlags(ACC_FINAL).withInterfaceSymbols(desc(kernel));
              builder.withMethodBody(
                  INIT_NAME,
                  MTD_void,
                  ACC_PUBLIC,
                  code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
              methods.accept(builder);
            });
  }

  /** Repeats {@code body} while the int local is less than a limit that {@code limit} pushes. */
  void loopWhileLess(int local, Runnable limit, int step, Runnable body) {
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.labelBinding(top).iload(local);
    limit.run();
    code.if_icmpge(end);
    body.run();
    code.iinc(local, step).goto_(top).labelBinding(end);
  }

  /** Repeats {@code body} with the int local running from {@code from} to {@code to}, excluded. */
  void loop(int local, int from, int to, int step, Runnable body) {
    if (from >= to) {
      return;
    }
    code.loadConstant(from).istore(local);
    if (to - from <= step) {
      body.run();
    } else {
      loopWhileLess(local, () -> code.loadConstant(to), step, body);
    }
  }

  /**
   * Repeats {@code body} until the int local is equal to what {@code limit} pushes: a loop whose
   * turns nobody can count.
   */
  void loopUntilEqual(int local, Runnable limit, Runnable body) {
    Label top = code.newLabel();
    code.labelBinding(top);
    body.run();
    code.iload(local);
    limit.run();
    code.if_icmpne(top);
  }

  /** Stores the value of an index in an int local. */
  void address(int local, Index index) {
    index.push(code);
    code.istore(local);
  }

  /** Pushes the vector in a local. */
  KernelCode get(int vector) {
    code.aload(vector);
    return this;
  }

  /** Pops a vector into a local. */
  void set(int vector) {
    code.astore(vector);
  }

  /** Pushes zeros. */
  KernelCode zero() {
    species();
    code.invokestatic(FLOAT_VECTOR, "zero", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES));
    return this;
  }

  /** Pushes zeros that the compiler does not know to be constant. */
  KernelCode blank() {
    species();
    code.getstatic(desc(Vectors.class), "BLANK", FLOATS).iconst_0();
    return fromArray();
  }

  /** Pushes the same number in all lanes. */
  KernelCode constant(float value) {
    species();
    code.loadConstant(value);
    return fill();
  }

  /** Pushes one float of an array in all lanes. */
  KernelCode broadcast(int array, Index index) {
    species();
    code.aload(array);
    index.push(code);
    code.faload();
    return fill();
  }

  /** Pushes a vector of an array. */
  KernelCode load(int array, Index index) {
    species();
    code.aload(array);
    index.push(code);
    return fromArray();
  }

  KernelCode add() {
    return binary("add");
  }

  KernelCode subtract() {
    return binary("sub");
  }

  KernelCode multiply() {
    return binary("mul");
  }

  KernelCode divide() {
    return binary("div");
  }

  /** Replaces a, b, c by {@code a * b + c}, rounded once. */
  KernelCode multiplyAdd() {
    code.invokevirtual(FLOAT_VECTOR, "fma", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR));
    return this;
  }

  /** Replaces lanes of a local that are less than a bound by the bound; NaN stays. */
  void raise(int vector, float bound) {
    bound(vector, "LT", bound);
  }

  /** Replaces lanes of a local that are greater than a bound by the bound; NaN stays. */
  void lower(int vector, float bound) {
    bound(vector, "GT", bound);
  }

  /** Shifts the bits of each lane to the left. */
  KernelCode shiftBits(int distance) {
    ClassDesc binary = desc(VectorOperators.Binary.class);
    code.invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", MethodTypeDesc.of(INT_VECTOR));
    code.getstatic(OPERATORS, "LSHL", binary).loadConstant(distance);
    code.invokevirtual(INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, binary, CD_int));
    code.invokevirtual(INT_VECTOR, "reinterpretAsFloats", MethodTypeDesc.of(FLOAT_VECTOR));
    return this;
  }

  /** Keeps the compiler from loading what comes after it any earlier. */
  void fence() {
    MethodTypeDesc signature = MethodTypeDesc.of(CD_void);
    code.invokestatic(desc(VarHandle.class), "loadLoadFence", signature);
  }

  /** Pops a vector into an array. */
  void store(int array, Index index) {
    code.aload(array);
    index.push(code);
    code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
  }

  /** Pops a vector, the lanes of a mask only, into an array. */
  void store(int array, Index index, int mask) {
    code.aload(array);
    index.push(code);
    code.aload(mask);
    code.invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int, MASK));
  }

  /** Makes a mask of the lanes for which {@code from + lane < to}, two values on the stack. */
  void mask(int mask, Runnable from, Runnable to) {
    species();
    from.run();
    to.run();
    code.invokeinterface(SPECIES, "indexInRange", MethodTypeDesc.of(MASK, CD_int, CD_int));
    code.astore(mask);
  }

  /**
   * Comparing is false for NaN, and comparing and blending are one instruction each: {@code min}
   * and {@code max} take five.
   */
  private void bound(int vector, String comparison, float bound) {
    ClassDesc type = desc(VectorOperators.Comparison.class);
    code.aload(vector).loadConstant(bound);
    code.aload(vector).getstatic(OPERATORS, comparison, type).loadConstant(bound);
    code.invokevirtual(FLOAT_VECTOR, "compare", MethodTypeDesc.of(MASK, type, CD_float));
    code.invokevirtual(FLOAT_VECTOR, "blend", MethodTypeDesc.of(FLOAT_VECTOR, CD_float, MASK));
    code.astore(vector);
  }

  private KernelCode binary(String name) {
    code.invokevirtual(FLOAT_VECTOR, name, MethodTypeDesc.of(FLOAT_VECTOR, VECTOR));
    return this;
  }

  private KernelCode fromArray() {
    code.invokestatic(
        FLOAT_VECTOR, "fromArray", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int));
    return this;
  }

  private KernelCode fill() {
    code.invokestatic(
        FLOAT_VECTOR, "broadcast", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float));
    return this;
  }

  private void species() {
    code.getstatic(desc(Vectors.class), "SPECIES", SPECIES);
  }
}
