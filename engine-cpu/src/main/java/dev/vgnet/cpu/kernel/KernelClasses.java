package dev.vgnet.cpu.kernel;

import java.lang.invoke.MethodHandles;
import java.util.function.Function;

/**
 * One hidden class, with one instance, a kernel shape. Kernels that no session holds may be
 * unloaded, so that a process that sees many image sizes does not grow for ever.
 */
final class KernelClasses {
  private static final SoftCache<Record, Object> INSTANCES = new SoftCache<>();

  private KernelClasses() {}

  /** The kernel of this shape, made from the bytes of its class if there is none yet. */
  static <S extends Record, T> T instance(S spec, Class<T> type, Function<S, byte[]> generator) {
    return type.cast(INSTANCES.get(spec, () -> define(generator.apply(spec), spec)));
  }

  private static Object define(byte[] classFile, Record spec) {
    try {
      return MethodHandles.lookup()
          .defineHiddenClass(classFile, true)
          .lookupClass()
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make the kernel of " + spec, e);
    }
  }
}
