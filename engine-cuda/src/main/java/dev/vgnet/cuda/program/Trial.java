package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.runtime.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

/**
 * Lets two ways compute a step from the same made-up numbers, where its maps lie, and compares what
 * they store. For one thread.
 *
 * @param inputs of the step, which are overwritten, and so is what lies between their pixels
 */
record Trial(Driver driver, List<View> inputs, View output) {
  /** Over and over in memory; a prime, so that no two pixels of a map are alike. */
  private static final int MADE_UP = 262_139;

  /** Numbers at the end of a map: whatever goes wrong from pixel to pixel is at its worst there. */
  private static final long MOST_COMPARED = 1 << 20;

  /** More than roundings explain, and far less than what is wrong: that is off by about 1. */
  static double limit(Precision precision) {
    return switch (precision) {
      case FP32 -> 1e-4;
      case TF32 -> 2e-2;
      case FP16 -> 5e-2;
    };
  }

  /**
   * The largest difference, in root mean squares of what is expected; not a number if any of the
   * numbers is none.
   */
  double difference(List<Work> expected, List<Work> doubted) {
    float[] right = compute(expected);
    float[] found = compute(doubted);
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < right.length; i++) {
      squares += (double) right[i] * right[i];
      largest = Math.max(largest, Math.abs((double) right[i] - found[i]));
    }
    return largest == 0 ? 0 : largest / Math.sqrt(squares / right.length);
  }

  private float[] compute(List<Work> work) {
    MemorySegment numbers = driver.allocateHost((long) MADE_UP * output.elementBytes());
    try {
      Random random = new Random(1);
      for (int i = 0; i < MADE_UP; i++) {
        set(numbers, i, 2 * random.nextFloat() - 1);
      }
      inputs.forEach(input -> fill(input, numbers));
      // What is not stored must not pass for right because another way has stored it.
      fill(output, numbers);
      work.forEach(driver::launch);
      return stored();
    } finally {
      // Copies may be under way.
      driver.await();
      driver.freeHost(numbers);
    }
  }

  private void fill(View map, MemorySegment numbers) {
    for (View.Part part : map.parts()) {
      long bytes = bytes(part, map.pixels());
      for (long from = 0; from < bytes; from += numbers.byteSize()) {
        long piece = Math.min(numbers.byteSize(), bytes - from);
        driver.upload(numbers, 0, piece, part.address() + from);
      }
    }
  }

  private float[] stored() {
    View.Part part = output.whole();
    int pixels = Math.toIntExact(Math.clamp(MOST_COMPARED / part.channels(), 1, output.pixels()));
    long first = (output.pixels() - pixels) * part.stride() * output.elementBytes();
    MemorySegment host = driver.allocateHost(bytes(part, pixels));
    try {
      driver.download(part.address() + first, host, 0, host.byteSize());
      driver.await();
      float[] stored = new float[pixels * part.channels()];
      for (int i = 0; i < stored.length; i++) {
        long pixel = i / part.channels();
        stored[i] = get(host, pixel * part.stride() + i % part.channels());
      }
      return stored;
    } finally {
      driver.freeHost(host);
    }
  }

  /** From the first number to the last. */
  private long bytes(View.Part part, long pixels) {
    return ((pixels - 1) * part.stride() + part.channels()) * output.elementBytes();
  }

  private float get(MemorySegment memory, long index) {
    return output.elementBytes() == Float.BYTES
        ? memory.getAtIndex(ValueLayout.JAVA_FLOAT, index)
        : Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
  }

  private void set(MemorySegment memory, long index, float value) {
    if (output.elementBytes() == Float.BYTES) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    } else {
      memory.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16(value));
    }
  }
}
