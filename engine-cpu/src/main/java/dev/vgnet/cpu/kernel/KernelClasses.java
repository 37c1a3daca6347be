package dev.vgnet.cpu.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * One hidden class, with one instance, a kernel shape. Kernels that no session holds may be
 * unloaded, so that a process that sees many image sizes does not grow for ever.
 */
final class KernelClasses {
  private static final Map<Record, SoftReference<Object>> INSTANCES = new HashMap<>();

  private KernelClasses() {}

  /** The kernel of this shape, made from the bytes of its class if there is none yet. */
  static synchronized <S extends Record, T> T instance(
      S spec, Class<T> type, Function<S, byte[]> generator) {
    SoftReference<Object> known = INSTANCES.get(spec);
    Object instance = known == null ? null : known.get();
    if (instance == null) {
      instance = define(generator.apply(spec), spec);
      INSTANCES.values().removeIf(reference -> reference.get() == null);
      INSTANCES.put(spec, new SoftReference<>(instance));
    }
    return type.cast(instance);
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
