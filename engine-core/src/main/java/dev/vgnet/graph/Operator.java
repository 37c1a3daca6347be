package dev.vgnet.graph;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a node computes: the plain operators of the papers, unfused, so that counts and names can be
 * checked against PyTorch. Strings name the model's tensors. Feature maps are {@code [C, H, W]} an
 * image, vectors {@code [F]}; convolutions have square kernels, equal strides and zero padding on
 * all sides, and dilation 1. Padding is at most 65,536 pixels.
 */
public sealed interface Operator {
  /** Many times what networks have, and so little that no place in a padded map overflows. */
  int MAX_PADDING = 1 << 16;

  /** The element-wise functions a network may apply. */
  enum Function {
    RELU,
    RELU6,
    SILU,
    SIGMOID,
    /** {@code x * relu6(x + 3) / 6}. */
    HARDSWISH,
    /** {@code relu6(x + 3) / 6}. */
    HARDSIGMOID;

    /**
     * The function's value in double precision: what every kernel is measured against.
     *
     * @param x any number; NaN gives NaN
     */
    public double apply(double x) {
      return switch (this) {
        case RELU -> Math.max(x, 0);
        case RELU6 -> relu6(x);
        case SILU -> x / (1 + Math.exp(-x));
        case SIGMOID -> 1 / (1 + Math.exp(-x));
        case HARDSWISH -> x * relu6(x + 3) / 6;
        case HARDSIGMOID -> relu6(x + 3) / 6;
      };
    }

    private static double relu6(double x) {
      return Math.min(Math.max(x, 0), 6);
    }
  }

  /** The tensors this operator reads from the model. */
  default List<String> tensors() {
    return List.of();
  }

  /**
   * A convolution with all its channels mixed within each of {@code groups} groups.
   *
   * @param weight {@code [out, in / groups, K, K]}
   * @param bias {@code [out]}
   */
  record Conv2d(String weight, Optional<String> bias, int stride, int padding, int groups)
      implements Operator {
    public Conv2d {
      Objects.requireNonNull(weight);
      Objects.requireNonNull(bias);
      requireWindow(1, stride, padding);
      require(groups > 0, "groups", groups);
    }

    @Override
    public List<String> tensors() {
      return withBias(weight, bias);
    }
  }

  /**
   * A convolution of each channel by itself. The weight may hold fewer kernels than there are
   * channels: channel c uses kernel {@code c mod m} (VGNet's SharedDWConv2d, Table 1, where m = C /
   * 8; a Gaussian blur needs m = 1).
   *
   * @param weight {@code [m, 1, K, K]} with m a divisor of the channels
   * @param bias {@code [C]}
   * @param fixed true if the kernel is not learned (a Gaussian or an edge detector) and so does not
   *     count as a parameter
   */
  record DepthwiseConv2d(
      String weight, Optional<String> bias, int stride, int padding, boolean fixed)
      implements Operator {
    public DepthwiseConv2d {
      Objects.requireNonNull(weight);
      Objects.requireNonNull(bias);
      requireWindow(1, stride, padding);
    }

    @Override
    public List<String> tensors() {
      return withBias(weight, bias);
    }
  }

  /**
   * {@code (x - mean) / sqrt(variance + epsilon) * weight + bias}, per channel.
   *
   * @param weight {@code [C]}
   * @param bias {@code [C]}
   * @param mean {@code [C]}
   * @param variance {@code [C]}
   */
  record BatchNorm(String weight, String bias, String mean, String variance, double epsilon)
      implements Operator {
    public BatchNorm {
      Objects.requireNonNull(weight);
      Objects.requireNonNull(bias);
      Objects.requireNonNull(mean);
      Objects.requireNonNull(variance);
      if (!(epsilon >= 0 && epsilon < 1)) {
        throw new IllegalArgumentException("epsilon must be in [0, 1), found " + epsilon);
      }
    }

    /** The norm whose tensors carry PyTorch's names under {@code prefix}. */
    public static BatchNorm of(String prefix, double epsilon) {
      return new BatchNorm(
          prefix + ".weight",
          prefix + ".bias",
          prefix + ".running_mean",
          prefix + ".running_var",
          epsilon);
    }

    @Override
    public List<String> tensors() {
      return List.of(weight, bias, mean, variance);
    }
  }

  /** An element-wise function. */
  record Activation(Function function) implements Operator {
    public Activation {
      Objects.requireNonNull(function);
    }
  }

  /** The sum of two feature maps of one shape. */
  record Add() implements Operator {}

  /**
   * The product of a feature map and a second value: of the same shape, or a factor for each
   * channel in {@code [C, 1, 1]} or {@code [C]}.
   */
  record Multiply() implements Operator {}

  /** Feature maps joined along the channels. */
  record Concat() implements Operator {}

  /** Channels {@code from} (included) to {@code to} (excluded). */
  record Slice(int from, int to) implements Operator {
    public Slice {
      if (from < 0 || to <= from) {
        throw new IllegalArgumentException("no channels from %d to %d".formatted(from, to));
      }
    }
  }

  /** Output channel {@code i * groups + g} is input channel {@code g * (C / groups) + i}. */
  record ChannelShuffle(int groups) implements Operator {
    public ChannelShuffle {
      require(groups > 0, "groups", groups);
    }
  }

  /** The maximum of each window; padding never wins. */
  record MaxPool(int kernel, int stride, int padding) implements Operator {
    public MaxPool {
      requireWindow(kernel, stride, padding);
    }
  }

  /** The mean of each whole window, without padding. */
  record AveragePool(int kernel, int stride) implements Operator {
    public AveragePool {
      requireWindow(kernel, stride, 0);
    }
  }

  /**
   * The mean of each cell of a square grid laid over the map, PyTorch's AdaptiveAvgPool2d: of H
   * rows, cell i of n takes those from {@code floor(i H / n)} (included) to {@code ceil((i + 1) H /
   * n)} (excluded), and columns alike. Cells overlap where n does not divide H.
   *
   * @param size n, the height and width of the output
   */
  record AdaptiveAveragePool(int size) implements Operator {
    public AdaptiveAveragePool {
      require(size > 0, "size", size);
    }
  }

  /** The mean over height and width: {@code [C, H, W]} to {@code [C, 1, 1]}. */
  record GlobalAveragePool() implements Operator {}

  /** A feature map as a vector, channel by channel: {@code [C, H, W]} to {@code [C * H * W]}. */
  record Flatten() implements Operator {}

  /**
   * A fully connected layer: {@code [F]} to {@code [out]}.
   *
   * @param weight {@code [out, F]}
   * @param bias {@code [out]}
   */
  record Linear(String weight, Optional<String> bias) implements Operator {
    public Linear {
      Objects.requireNonNull(weight);
      Objects.requireNonNull(bias);
    }

    @Override
    public List<String> tensors() {
      return withBias(weight, bias);
    }
  }

  private static List<String> withBias(String weight, Optional<String> bias) {
    return bias.map(b -> List.of(weight, b)).orElse(List.of(weight));
  }

  private static void requireWindow(int kernel, int stride, int padding) {
    require(kernel > 0, "kernel", kernel);
    require(stride > 0, "stride", stride);
    require(padding >= 0 && padding <= MAX_PADDING, "padding", padding);
  }

  private static void require(boolean condition, String what, int value) {
    if (!condition) {
      throw new IllegalArgumentException(what + " out of range: " + value);
    }
  }
}
