package dev.vgnet.cuda.program;

import dev.vgnet.cuda.driver.Driver;
import dev.vgnet.cuda.driver.Replay;
import dev.vgnet.cuda.driver.Work;
import dev.vgnet.runtime.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Lets two ways compute a step from the same made-up numbers, where its maps lie and as parts of a
 * program are run, and compares what they store. For one thread.
 *
 * @param inputs the maps of all buffers that the step reads; they are overwritten, as is all that
 *     the step may write
 * @param output the map that it writes
 */
record Trial(Driver driver, List<View> inputs, View output, Workspace workspace) {
  /** Pixels until the same numbers come again; a prime, so that no rows or images are alike. */
  private static final int PERIOD = 1021;

  /** Of these bytes no number consists, whatever its type. */
  private static final byte NO_NUMBER = (byte) 0xff;

  private static final long PIECE_BYTES = 1 << 18;

  /** Numbers at the end of a map: whatever goes wrong from pixel to pixel is at its worst there. */
  private static final long MOST_COMPARED = 1 << 20;

  /**
   * About twice what roundings explain: in float32, of sums as long as those of the widest
   * networks, in any order; in TF32, of factors that one way rounds and the other cuts off; in
   * float16, of what is stored before the epilogue and after it.
   */
  static double limit(Precision precision) {
    return switch (precision) {
      case FP32 -> 2e-5;
      case TF32 -> 1e-2;
      case FP16 -> 2e-2;
    };
  }

  /**
   * The largest difference, in root mean squares of what is expected; not a number if any of the
   * numbers is none.
   */
  double difference(List<Work> expected, List<Work> doubted) {
    float[] right;
    try (Replay replay = driver.capture(expected)) {
      right = computed(replay);
    }
    try (Replay replay = driver.capture(doubted)) {
      // Again, as what the first leaves behind must not matter to the second.
      return Math.max(difference(right, computed(replay)), difference(right, computed(replay)));
    }
  }

  private static double difference(float[] right, float[] found) {
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < right.length; i++) {
      squares += (double) right[i] * right[i];
      largest = Math.max(largest, Math.abs((double) right[i] - found[i]));
    }
    return largest == 0 ? 0 : largest / Math.sqrt(squares / right.length);
  }

  private float[] computed(Replay replay) {
    List<MemorySegment> sources = new ArrayList<>();
    try {
      fill(sources);
      replay.run();
      return stored();
    } finally {
      // Copies may be under way.
      driver.await();
      sources.forEach(driver::freeHost);
    }
  }

  /**
   * Numbers into the channels of the inputs, and none wherever else a way may look: between pixels,
   * in the workspace, and where something is yet to be stored.
   */
  private void fill(List<MemorySegment> sources) {
    MemorySegment none = source(PIECE_BYTES, sources);
    repeat(none, workspace.start(), workspace.size());
    repeat(none, output.whole().address(), bytes(output));
    Random random = new Random(1);
    for (View input : inputs) {
      repeat(numbers(input, random, sources), input.whole().address(), bytes(input));
    }
  }

  private MemorySegment numbers(View map, Random random, List<MemorySegment> sources) {
    View.Part part = map.whole();
    long pixels = Math.min(PERIOD, map.pixels());
    MemorySegment numbers = source(pixels * part.stride() * map.elementBytes(), sources);
    for (long pixel = 0; pixel < pixels; pixel++) {
      for (int channel = 0; channel < part.channels(); channel++) {
        set(numbers, pixel * part.stride() + channel, 2 * random.nextFloat() - 1);
      }
    }
    return numbers;
  }

  /** Memory of the host without a number in it. */
  private MemorySegment source(long bytes, List<MemorySegment> sources) {
    MemorySegment source = driver.allocateHost(bytes);
    sources.add(source);
    return source.fill(NO_NUMBER);
  }

  private void repeat(MemorySegment source, long address, long bytes) {
    for (long from = 0; from < bytes; from += source.byteSize()) {
      driver.upload(source, 0, Math.min(source.byteSize(), bytes - from), address + from);
    }
  }

  /** Of a map, with what lies between its pixels and after the last. */
  private static long bytes(View map) {
    return map.pixels() * map.whole().stride() * map.elementBytes();
  }

  private float[] stored() {
    View.Part part = output.whole();
    int pixels = Math.toIntExact(Math.clamp(MOST_COMPARED / part.channels(), 1, output.pixels()));
    long first = (output.pixels() - pixels) * part.stride() * output.elementBytes();
    long bytes = (long) pixels * part.stride() * output.elementBytes();
    MemorySegment host = driver.allocateHost(bytes);
    try {
      driver.download(part.address() + first, host, 0, bytes);
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
