package dev.vgnet.cuda.driver;

import dev.vgnet.cuda.driver.CudnnAlgorithm.WeightLayout;
import dev.vgnet.runtime.Precision;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * What cuDNN computes, by the letter of its descriptors, on an emulated device. One algorithm is
 * refused when it is run, as are pools of large windows; one needs too much room; one spoils its
 * workspace, one takes pixels for packed, whatever the descriptor says, and one, where they are
 * not, multiplies what lies between them by zero.
 */
final class EmulatedCudnn implements Cudnn {
  /** The one that takes pixels for packed. */
  static final int PACKED = 2;

  /** The one that reads what lies between pixels. */
  static final int READS_BETWEEN = 3;

  /** The smallest window that no pool takes. */
  private static final int REFUSED_WINDOW = 8;

  private static final int REFUSED = 5;
  private static final int ALIGNMENT = 16;

  /** Of these bytes no number consists, nor what lies beyond the end of a block. */
  private static final byte GARBAGE = 0x7f;

  /** The memory of the device. */
  interface Memory {
    MemorySegment at(long address, long bytes);
  }

  private final Memory memory;
  private final int elementBytes;

  EmulatedCudnn(Memory memory, Precision precision) {
    this.memory = memory;
    elementBytes = precision == Precision.FP16 ? Short.BYTES : Float.BYTES;
  }

  @Override
  public List<CudnnAlgorithm> algorithms(CudnnShape shape) {
    List<CudnnAlgorithm> algorithms =
        new ArrayList<>(
            List.of(
                new CudnnAlgorithm(0, WeightLayout.NCHW, 0),
                new CudnnAlgorithm(1, WeightLayout.NHWC, 1000L + shape.kernel()),
                new CudnnAlgorithm(PACKED, WeightLayout.NHWC, 0),
                new CudnnAlgorithm(4, WeightLayout.NCHW, 1L << 40),
                new CudnnAlgorithm(REFUSED, WeightLayout.NCHW, 0)));
    if (shape.input().stride() > shape.input().channels()) {
      algorithms.add(new CudnnAlgorithm(READS_BETWEEN, WeightLayout.NHWC, 0));
    }
    return algorithms;
  }

  /** Whether work turns out to be refused. */
  static boolean refuses(Work work) {
    return switch (work) {
      case Launch _ -> false;
      case CudnnConvolution call -> call.algorithm().number() == REFUSED;
      case CudnnPool call -> call.kernel() >= REFUSED_WINDOW;
    };
  }

  void run(CudnnConvolution call) {
    if (refuses(call)) {
      throw new AssertionError("a refused algorithm is used");
    }
    if (call.algorithm().workspaceBytes() > 0) {
      memory.at(call.workspace(), call.algorithm().workspaceBytes()).fill(GARBAGE);
    }
    CudnnShape shape = call.shape();
    MemorySegment in = map(call.input(), shape.input());
    MemorySegment out = map(call.output(), shape.output());
    int channels = shape.input().channels() / shape.groups();
    long weights = (long) shape.output().channels() * channels * shape.kernel() * shape.kernel();
    MemorySegment weight = memory.at(aligned(call.weight()), weights * elementBytes);
    CudnnMap to = shape.output();
    for (int pixel = 0; pixel < to.images() * to.height() * to.width(); pixel++) {
      for (int channel = 0; channel < to.channels(); channel++) {
        long place = (long) pixel * to.stride() + channel;
        float before = call.accumulate() ? get(out, place) : 0;
        set(out, place, before + sum(call, in, weight, pixel, channel));
      }
    }
  }

  private float sum(
      CudnnConvolution call, MemorySegment in, MemorySegment weight, int pixel, int channel) {
    CudnnShape shape = call.shape();
    CudnnMap from = shape.input();
    CudnnMap to = shape.output();
    int kernel = shape.kernel();
    int stride = call.algorithm().number() == PACKED ? from.channels() : from.stride();
    int channels = from.channels() / shape.groups();
    int first = channel / (to.channels() / shape.groups()) * channels;
    int top = pixel / to.width() % to.height() * shape.stride() - shape.padding();
    int left = pixel % to.width() * shape.stride() - shape.padding();
    int image = pixel / to.width() / to.height();
    double sum = 0;
    for (int row = 0; row < kernel; row++) {
      for (int column = 0; column < kernel; column++) {
        int y = top + row;
        int x = left + column;
        if (y < 0 || y >= from.height() || x < 0 || x >= from.width()) {
          continue;
        }
        long source = ((long) image * from.height() + y) * from.width() + x;
        for (int c = 0; c < channels; c++) {
          int position = row * kernel + column;
          long at =
              call.algorithm().weightLayout() == WeightLayout.NHWC
                  ? ((long) channel * kernel * kernel + position) * channels + c
                  : ((long) channel * channels + c) * kernel * kernel + position;
          sum += (double) get(in, source * stride + first + c) * get(weight, at);
        }
        long pixels = (long) from.images() * from.height() * from.width();
        if (call.algorithm().number() == READS_BETWEEN && source < pixels - 1) {
          for (int lane = from.channels(); lane < stride; lane++) {
            sum += 0.0 * get(in, source * stride + lane);
          }
        }
      }
    }
    return (float) sum;
  }

  void run(CudnnPool call) {
    if (refuses(call)) {
      throw new AssertionError("a refused pool is used");
    }
    MemorySegment in = map(call.from(), call.input());
    MemorySegment out = map(call.to(), call.output());
    CudnnMap to = call.output();
    for (int pixel = 0; pixel < to.images() * to.height() * to.width(); pixel++) {
      for (int channel = 0; channel < to.channels(); channel++) {
        set(out, (long) pixel * to.stride() + channel, pooled(call, in, pixel, channel));
      }
    }
  }

  private float pooled(CudnnPool call, MemorySegment in, int pixel, int channel) {
    CudnnMap from = call.input();
    CudnnMap to = call.output();
    int top = pixel / to.width() % to.height() * call.stride() - call.padding();
    int left = pixel % to.width() * call.stride() - call.padding();
    int image = pixel / to.width() / to.height();
    float largest = Float.NEGATIVE_INFINITY;
    float sum = 0;
    for (int y = top; y < top + call.kernel(); y++) {
      for (int x = left; x < left + call.kernel(); x++) {
        if (y >= 0 && y < from.height() && x >= 0 && x < from.width()) {
          long source = ((long) image * from.height() + y) * from.width() + x;
          float value = get(in, source * from.stride() + channel);
          largest = Math.max(largest, value);
          sum += value;
        }
      }
    }
    return call.maximum() ? largest : sum / (call.kernel() * call.kernel());
  }

  /** All of a map, but not what lies after its last channel. */
  private MemorySegment map(long address, CudnnMap map) {
    long pixels = (long) map.images() * map.height() * map.width();
    long numbers = (pixels - 1) * map.stride() + map.channels();
    return memory.at(aligned(address), numbers * elementBytes);
  }

  private static long aligned(long address) {
    if (address % ALIGNMENT != 0) {
      throw new AssertionError("not aligned: " + address);
    }
    return address;
  }

  private float get(MemorySegment memory, long index) {
    return elementBytes == Float.BYTES
        ? memory.getAtIndex(ValueLayout.JAVA_FLOAT, index)
        : Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
  }

  private void set(MemorySegment memory, long index, float value) {
    if (elementBytes == Float.BYTES) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    } else {
      memory.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16(value));
    }
  }
}
