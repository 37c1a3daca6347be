package dev.vgnet.cpu.reference;

import dev.vgnet.graph.Operator.Function;
import java.util.Arrays;
import java.util.List;

/**
 * The operators as plain loops in double precision: the control that every kernel is measured
 * against, so written to be read, not to be fast. Each fills {@code out}, which holds zeros.
 */
final class ReferenceOperators {
  private ReferenceOperators() {}

  /**
   * A square window that moves over a feature map.
   *
   * @param kernel its side
   */
  record Window(int kernel, int stride, int padding) {
    /** The first output column whose tap {@code k} lies inside the input. */
    int from(int k) {
      return Math.max(0, Math.ceilDiv(padding - k, stride));
    }

    /** One past the last output column whose tap {@code k} lies inside the input. */
    int to(int k, int inputWidth, int outputWidth) {
      return Math.min(outputWidth, Math.floorDiv(inputWidth - 1 + padding - k, stride) + 1);
    }
  }

  static void conv2d(FeatureMap in, double[] weight, int groups, Window window, FeatureMap out) {
    int inPerGroup = in.channels() / groups;
    int outPerGroup = out.channels() / groups;
    int taps = window.kernel() * window.kernel();
    for (int o = 0; o < out.channels(); o++) {
      int firstIn = o / outPerGroup * inPerGroup;
      for (int i = 0; i < inPerGroup; i++) {
        convolve(in, firstIn + i, weight, (o * inPerGroup + i) * taps, window, out, o);
      }
    }
  }

  static void depthwise(FeatureMap in, double[] weight, Window window, FeatureMap out) {
    int taps = window.kernel() * window.kernel();
    int kernels = weight.length / taps;
    for (int c = 0; c < in.channels(); c++) {
      convolve(in, c, weight, c % kernels * taps, window, out, c);
    }
  }

  /** Adds one input channel, convolved with one kernel, to one output channel. */
  private static void convolve(
      FeatureMap in, int i, double[] weight, int kernel, Window window, FeatureMap out, int o) {
    for (int ky = 0; ky < window.kernel(); ky++) {
      for (int y = window.from(ky); y < window.to(ky, in.height(), out.height()); y++) {
        int inRow = in.row(i, y * window.stride() + ky - window.padding());
        for (int kx = 0; kx < window.kernel(); kx++) {
          double w = weight[kernel + ky * window.kernel() + kx];
          int from = window.from(kx);
          int to = window.to(kx, in.width(), out.width());
          int source = inRow + kx - window.padding();
          addScaled(in.values(), source, window.stride(), w, out.values(), out.row(o, y), from, to);
        }
      }
    }
  }

  private static void addScaled(
      double[] in, int inRow, int stride, double w, double[] out, int outRow, int from, int to) {
    for (int x = from; x < to; x++) {
      out[outRow + x] += w * in[inRow + x * stride];
    }
  }

  static void addBias(double[] bias, FeatureMap out) {
    for (int c = 0; c < out.channels(); c++) {
      for (int i = out.row(c, 0); i < out.row(c + 1, 0); i++) {
        out.values()[i] += bias[c];
      }
    }
  }

  static void batchNorm(
      FeatureMap in,
      double[] weight,
      double[] bias,
      double[] mean,
      double[] variance,
      double epsilon,
      FeatureMap out) {
    for (int c = 0; c < in.channels(); c++) {
      double scale = weight[c] / Math.sqrt(variance[c] + epsilon);
      for (int i = in.row(c, 0); i < in.row(c + 1, 0); i++) {
        out.values()[i] = (in.values()[i] - mean[c]) * scale + bias[c];
      }
    }
  }

  static void activation(FeatureMap in, Function function, FeatureMap out) {
    for (int i = 0; i < in.values().length; i++) {
      out.values()[i] = function.apply(in.values()[i]);
    }
  }

  static void add(FeatureMap a, FeatureMap b, FeatureMap out) {
    for (int i = 0; i < a.values().length; i++) {
      out.values()[i] = a.values()[i] + b.values()[i];
    }
  }

  static void multiply(FeatureMap in, FeatureMap factor, FeatureMap out) {
    boolean perChannel = factor.values().length < in.values().length;
    for (int i = 0; i < in.values().length; i++) {
      out.values()[i] = in.values()[i] * factor.values()[perChannel ? i / in.pixels() : i];
    }
  }

  static void concat(List<FeatureMap> inputs, FeatureMap out) {
    int first = 0;
    for (FeatureMap in : inputs) {
      System.arraycopy(in.values(), 0, out.values(), first, in.values().length);
      first += in.values().length;
    }
  }

  static void slice(FeatureMap in, int from, FeatureMap out) {
    System.arraycopy(in.values(), in.row(from, 0), out.values(), 0, out.values().length);
  }

  static void channelShuffle(FeatureMap in, int groups, FeatureMap out) {
    int perGroup = in.channels() / groups;
    for (int c = 0; c < out.channels(); c++) {
      int source = c % groups * perGroup + c / groups;
      System.arraycopy(in.values(), in.row(source, 0), out.values(), out.row(c, 0), in.pixels());
    }
  }

  static void maxPool(FeatureMap in, Window window, FeatureMap out) {
    Arrays.fill(out.values(), Double.NEGATIVE_INFINITY);
    for (int c = 0; c < in.channels(); c++) {
      for (int ky = 0; ky < window.kernel(); ky++) {
        for (int y = window.from(ky); y < window.to(ky, in.height(), out.height()); y++) {
          int inRow = in.row(c, y * window.stride() + ky - window.padding()) - window.padding();
          for (int kx = 0; kx < window.kernel(); kx++) {
            for (int x = window.from(kx); x < window.to(kx, in.width(), out.width()); x++) {
              int i = out.row(c, y) + x;
              double value = in.values()[inRow + kx + x * window.stride()];
              out.values()[i] = Math.max(out.values()[i], value);
            }
          }
        }
      }
    }
  }

  static void averagePool(FeatureMap in, Window window, FeatureMap out) {
    double[] mean = new double[window.kernel() * window.kernel()];
    Arrays.fill(mean, 1.0 / mean.length);
    depthwise(in, mean, window, out);
  }

  static void adaptiveAveragePool(FeatureMap in, FeatureMap out) {
    for (int c = 0; c < in.channels(); c++) {
      for (int y = 0; y < out.height(); y++) {
        int top = (int) Math.floorDiv((long) y * in.height(), out.height());
        int bottom = (int) Math.ceilDiv((y + 1L) * in.height(), out.height());
        for (int x = 0; x < out.width(); x++) {
          int left = (int) Math.floorDiv((long) x * in.width(), out.width());
          int right = (int) Math.ceilDiv((x + 1L) * in.width(), out.width());
          double sum = 0;
          for (int row = top; row < bottom; row++) {
            for (int column = left; column < right; column++) {
              sum += in.values()[in.row(c, row) + column];
            }
          }
          out.values()[out.row(c, y) + x] = sum / ((bottom - top) * (right - left));
        }
      }
    }
  }

  static void globalAveragePool(FeatureMap in, FeatureMap out) {
    for (int c = 0; c < in.channels(); c++) {
      double sum = 0;
      for (int i = in.row(c, 0); i < in.row(c + 1, 0); i++) {
        sum += in.values()[i];
      }
      out.values()[c] = sum / in.pixels();
    }
  }

  static void linear(FeatureMap in, double[] weight, FeatureMap out) {
    int features = in.values().length;
    for (int o = 0; o < out.channels(); o++) {
      double sum = 0;
      for (int i = 0; i < features; i++) {
        sum += weight[o * features + i] * in.values()[i];
      }
      out.values()[o] = sum;
    }
  }
}
