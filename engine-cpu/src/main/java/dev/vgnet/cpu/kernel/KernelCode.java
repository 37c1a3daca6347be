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
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Writes the few things a kernel is made of: loops, and vectors of floats in local variables. */
final class KernelCode {
  static final ClassDesc FLOATS = CD_float.arrayType();
  static final ClassDesc INTS = CD_int.arrayType();

  private static final ClassDesc FLOAT_VECTOR = desc(FloatVector.class);
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc VECTORS = desc(Vectors.class);
  private static final MethodTypeDesc ZERO = MethodTypeDesc.of(FLOAT_VECTOR, SPECIES);
  private static final MethodTypeDesc BROADCAST =
      MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float);
  private static final MethodTypeDesc LOAD =
      MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int);
  private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, FLOATS, CD_int);
  private static final MethodTypeDesc MASK =
      MethodTypeDesc.of(desc(VectorMask.class), CD_int, CD_int);
  private static final MethodTypeDesc STORE_MASKED =
      MethodTypeDesc.of(CD_void, FLOATS, CD_int, desc(VectorMask.class));
  private static final MethodTypeDesc FMA =
      MethodTypeDesc.of(FLOAT_VECTOR, desc(Vector.class), desc(Vector.class));

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
    code.loadConstant(from).istore(local);
    if (to - from <= step) {
      body.run();
    } else {
      loopWhileLess(local, () -> code.loadConstant(to), step, body);
    }
  }

  /** Pushes {@code base + local * factor + constant}. */
  void index(int base, int local, int factor, int constant) {
    code.iload(base).iload(local);
    if (factor != 1) {
      code.loadConstant(factor).imul();
    }
    code.iadd();
    if (constant != 0) {
      code.loadConstant(constant).iadd();
    }
  }

  /** Pushes {@code base + constant}. */
  void index(int base, int constant) {
    code.iload(base);
    if (constant != 0) {
      code.loadConstant(constant).iadd();
    }
  }

  /** Stores {@code base + local * factor} in a local. */
  void address(int target, int base, int local, int factor) {
    index(base, local, factor, 0);
    code.istore(target);
  }

  void zero(int vector) {
    species();
    code.invokestatic(FLOAT_VECTOR, "zero", ZERO).astore(vector);
  }

  /** Loads the vector at an index that {@code index} pushes. */
  void load(int vector, int array, Runnable index) {
    species();
    code.aload(array);
    index.run();
    code.invokestatic(FLOAT_VECTOR, "fromArray", LOAD).astore(vector);
  }

  /** Fills a vector with the float at an index that {@code index} pushes. */
  void broadcast(int vector, int array, Runnable index) {
    species();
    code.aload(array);
    index.run();
    code.faload().invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST).astore(vector);
  }

  /** {@code sum += a * b}. */
  void multiplyAdd(int sum, int a, int b) {
    code.aload(a).aload(b).aload(sum);
    code.invokevirtual(FLOAT_VECTOR, "fma", FMA).astore(sum);
  }

  void store(int vector, int array, Runnable index) {
    code.aload(vector).aload(array);
    index.run();
    code.invokevirtual(FLOAT_VECTOR, "intoArray", STORE);
  }

  /** Stores the first lanes only. */
  void store(int vector, int array, Runnable index, int mask) {
    code.aload(vector).aload(array);
    index.run();
    code.aload(mask).invokevirtual(FLOAT_VECTOR, "intoArray", STORE_MASKED);
  }

  /** Makes a mask of the first lanes. */
  void mask(int mask, int lanes) {
    species();
    code.iconst_0().loadConstant(lanes);
    code.invokeinterface(SPECIES, "indexInRange", MASK).astore(mask);
  }

  private void species() {
    code.getstatic(VECTORS, "SPECIES", SPECIES);
  }
}
