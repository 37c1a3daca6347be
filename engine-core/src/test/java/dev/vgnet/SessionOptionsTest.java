package dev.vgnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionOptionsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, SessionOptions.MAX_THREADS})
  void takesThreadsInRange(int threads) {
    assertEquals(threads, SessionOptions.builder().threads(threads).build().threads());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, SessionOptions.MAX_THREADS + 1})
  void refusesThreadsOutOfRange(int threads) {
    SessionOptions.Builder options = SessionOptions.builder().threads(threads);
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, options::build);
    assertEquals("threads must be from 1 to 1024, found " + threads, refusal.getMessage());
  }
}
