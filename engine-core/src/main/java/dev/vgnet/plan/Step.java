package dev.vgnet.plan;

import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.Function;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One pass over memory: reads values, writes one buffer. Strings name the model's tensors. A step
 * reads only buffers that earlier steps wrote, or the plan's input.
 */
public sealed interface Step {
  /** The name of the graph node whose value this step computes. */
  String name();

  /** The buffer it writes, all channels of it. */
  Buffer output();

  /** The values it reads, its epilogue's residual included. */
  List<Value> inputs();

  /**
   * A 1x1 convolution with stride 1 over one group.
   *
   * @param inputNorms of the buffers whose channels are normalised as they are read; a device may
   *     fold them into weights and bias
   * @param prologue applied after those norms; a step with one has none of them
   * @param weight {@code [out, in, 1, 1]}
   */
  record Pointwise(
      String name,
      Value input,
      Map<Buffer, BatchNorm> inputNorms,
      Prologue prologue,
      String weight,
      Optional<String> bias,
      Epilogue epilogue,
      Buffer output)
      implements Step {
    public Pointwise {
      inputNorms = Map.copyOf(inputNorms);
    }

    @Override
    public List<Value> inputs() {
      return withResidual(input, epilogue);
    }
  }

  /**
   * Any other convolution that mixes channels: the stem, grouped and large kernels.
   *
   * @param prologue applied to the input, not to the zeros around it
   * @param weight {@code [out, in / groups, K, K]}
   */
  record Convolution(
      String name,
      Value input,
      Prologue prologue,
      String weight,
      Optional<String> bias,
      int kernel,
      int stride,
      int padding,
      int groups,
      Epilogue epilogue,
      Buffer output)
      implements Step {
    @Override
    public List<Value> inputs() {
      return withResidual(input, epilogue);
    }
  }

  /**
   * A convolution of each channel by itself; channel c uses kernel c mod m.
   *
   * @param channels for each channel of the input and the output, which it is of weight, bias and
   *     folded norm; where they are not in order, the epilogue has neither another norm nor a
   *     residual
   * @param weight {@code [m, 1, K, K]}
   */
  record Depthwise(
      String name,
      Value input,
      List<Integer> channels,
      String weight,
      Optional<String> bias,
      int kernel,
      int stride,
      int padding,
      Epilogue epilogue,
      Buffer output)
      implements Step {
    public Depthwise {
      channels = List.copyOf(channels);
    }

    @Override
    public List<Value> inputs() {
      return withResidual(input, epilogue);
    }

    /** Whether the first channel is the first, and so on. */
    public boolean isInOrder() {
      return IntStream.range(0, channels.size()).allMatch(i -> channels.get(i) == i);
    }

    /**
     * Numbers in the order in which the channels lie.
     *
     * @param numbers as many for each channel, those of channel 0 first
     */
    public double[] sorted(double[] numbers) {
      int each = numbers.length / channels.size();
      double[] sorted = new double[numbers.length];
      for (int i = 0; i < channels.size(); i++) {
        System.arraycopy(numbers, channels.get(i) * each, sorted, i * each, each);
      }
      return sorted;
    }

    /** The output with channel 0 first. */
    Value value() {
      if (isInOrder()) {
        return Value.of(output);
      }
      int[] places = new int[channels.size()];
      for (int i = 0; i < places.length; i++) {
        places[channels.get(i)] = i;
      }
      return Value.of(output).reordered(places);
    }
  }

  /**
   * {@code x * gate(expand(inner(reduce(mean(x)))))}: squeeze-and-excite in one step. Where nothing
   * else reads {@code x}, it works in place: {@code output} is then the buffer of {@code input}.
   *
   * @param reduceWeight {@code [S, C, 1, 1]}, or {@code [S, C]}
   * @param expandWeight {@code [C, S, 1, 1]}, or {@code [C, S]}
   */
  record SqueezeExcite(
      String name,
      Value input,
      String reduceWeight,
      Optional<String> reduceBias,
      Function inner,
      String expandWeight,
      Optional<String> expandBias,
      Function gate,
      Buffer output)
      implements Step {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /** A maximum or mean over windows; a mean has no padding. */
  record Pool(
      String name, Kind kind, Value input, int kernel, int stride, int padding, Buffer output)
      implements Step {
    /** What is taken of each window. */
    public enum Kind {
      MAX,
      AVERAGE
    }

    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * The mean of each cell of a grid of the output's size; of H rows, cell i of n takes those from
   * {@code floor(i H / n)} (included) to {@code ceil((i + 1) H / n)} (excluded).
   */
  record AdaptiveAveragePool(String name, Value input, Buffer output) implements Step {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /** The mean over height and width; the output is {@code [C, 1, 1]}. */
  record GlobalAveragePool(String name, Value input, Buffer output) implements Step {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * A fully connected layer over the flattened input (channel by channel, as PyTorch flattens); the
   * output is {@code [out, 1, 1]}.
   *
   * @param weight {@code [out, C * H * W]}
   */
  record Linear(
      String name,
      Value input,
      String weight,
      Optional<String> bias,
      Epilogue epilogue,
      Buffer output)
      implements Step {
    @Override
    public List<Value> inputs() {
      return withResidual(input, epilogue);
    }
  }

  /** What no other step could take into its epilogue: the epilogue alone, applied to the input. */
  record Elementwise(String name, Value input, Epilogue epilogue, Buffer output) implements Step {
    @Override
    public List<Value> inputs() {
      return withResidual(input, epilogue);
    }
  }

  /** The product with a value of the same shape or of {@code [C, 1, 1]}. */
  record Multiply(String name, Value input, Value factor, Buffer output) implements Step {
    @Override
    public List<Value> inputs() {
      return List.of(input, factor);
    }
  }

  /** The channels of a value put together, for steps that cannot read it in so many pieces. */
  record Copy(String name, Value input, Buffer output) implements Step {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  private static List<Value> withResidual(Value input, Epilogue epilogue) {
    return epilogue.residual().map(value -> List.of(input, value)).orElse(List.of(input));
  }
}
