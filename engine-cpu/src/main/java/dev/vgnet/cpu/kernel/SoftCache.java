package dev.vgnet.cpu.kernel;

import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Values that are handed out again while anyone holds them, and as long as there is memory. For any
 * number of threads.
 */
final class SoftCache<K, V> {
  private final Map<K, SoftReference<V>> values = new HashMap<>();

  /** The value of a key, made if there is none. */
  synchronized V get(K key, Supplier<? extends V> make) {
    SoftReference<V> reference = values.get(key);
    V value = reference == null ? null : reference.get();
    if (value == null) {
      value = make.get();
      values.values().removeIf(old -> old.get() == null);
      values.put(key, new SoftReference<>(value));
    }
    return value;
  }
}
