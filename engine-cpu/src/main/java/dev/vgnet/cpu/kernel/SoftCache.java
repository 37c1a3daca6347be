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

  /**
   * The value of a key, made if there is none. Others need not wait meanwhile: of the values that
   * several threads make of one key, all of them get the same.
   */
  V get(K key, Supplier<? extends V> make) {
    V value = known(key);
    return value == null ? keep(key, make.get()) : value;
  }

  private synchronized V known(K key) {
    SoftReference<V> reference = values.get(key);
    return reference == null ? null : reference.get();
  }

  private synchronized V keep(K key, V made) {
    V first = known(key);
    if (first != null) {
      return first;
    }
    values.values().removeIf(old -> old.get() == null);
    values.put(key, new SoftReference<>(made));
    return made;
  }
}
