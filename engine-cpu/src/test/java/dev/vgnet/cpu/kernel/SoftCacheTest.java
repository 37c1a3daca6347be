package dev.vgnet.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SoftCacheTest {
  private final SoftCache<String, Object> cache = new SoftCache<>();

  @Test
  void oneValueIsMadeWhileAnotherIs() {
    Object other = new Object();
    Object value = new Object();
    assertSame(
        value,
        cache.get(
            "a",
            () -> {
              assertSame(other, elsewhere(() -> cache.get("b", () -> other)));
              return value;
            }));
  }

  @Test
  void theFirstOfSeveralValuesIsKept() {
    Object first = new Object();
    Object second = new Object();
    assertSame(
        first,
        cache.get(
            "a",
            () -> {
              elsewhere(() -> cache.get("a", () -> first));
              return second;
            }));
    assertSame(first, cache.get("a", () -> second));
  }

  private static Object elsewhere(Supplier<Object> call) {
    return CompletableFuture.supplyAsync(call).orTimeout(60, TimeUnit.SECONDS).join();
  }
}
