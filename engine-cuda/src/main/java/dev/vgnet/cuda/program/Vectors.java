package dev.vgnet.cuda.program;

import dev.vgnet.cuda.program.DeviceWeights.Key;
import dev.vgnet.cuda.program.DeviceWeights.Order;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.Step;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Layers over one vector an image, a few outputs of a few images in each block, where tiles of
 * products would be nearly empty: what comes out says how, in words.
 */
final class Vectors {
  /** Of a block, as the kernel names them. */
  private static final int OUTPUTS = 8;

  private static final int IMAGES = 8;

  private final StepScope scope;

  Vectors(StepScope scope) {
    this.scope = scope;
  }

  /** Whether a step is such a layer. */
  static boolean compute(Step step) {
    return switch (step) {
      case Step.Linear _ -> true;
      case Step.Pointwise s ->
          s.prologue().isNone() && s.output().height() == 1 && s.output().width() == 1;
      default -> false;
    };
  }

  /** A layer as it is. */
  String layer(Step step) {
    Flat flat = Flat.of(step.inputs().getFirst(), scope);
    layer(step, DenseInput.of(flat.vector()), flat.columns());
    return "vectors";
  }

  /** A layer over the means of a map. */
  String layer(Step step, SliceSums sums) {
    layer(step, DenseInput.of(sums), inOrder(sums.channels()));
    return "vectors";
  }

  private void layer(Step step, DenseInput input, List<Integer> columns) {
    switch (step) {
      case Step.Linear s ->
          dense(s, input, columns, s.weight(), scope.folding(s.bias(), s.epilogue()), s.epilogue());
      case Step.Pointwise s ->
          dense(s, input, columns, s.weight(), Folding.of(s, scope.weights::values), s.epilogue());
      default -> throw new IllegalArgumentException("no layer over vectors: " + step.name());
    }
  }

  private void dense(
      Step step,
      DenseInput input,
      List<Integer> columns,
      String weight,
      Folding folding,
      Epilogue epilogue) {
    launch(
        input,
        packed(
            new Key(step.name(), Order.BY_OUTPUT, weight, columns),
            columns,
            () -> folding.fold(scope.weights.values(weight))),
        scope.epilogue(step.name(), folding.bias(), epilogue),
        scope.output(step));
  }

  /** A layer with an activation, inside of a step. */
  void layer(
      String step,
      SliceSums sums,
      String weight,
      Optional<String> bias,
      Function function,
      View output) {
    DeviceEpilogue epilogue =
        new DeviceEpilogue(
            0, bias(step, bias), 0, 0, Optional.empty(), Optional.of(function), Optional.empty());
    launch(DenseInput.of(sums), matrix(step, weight), epilogue, output);
  }

  private void launch(DenseInput input, long weight, DeviceEpilogue epilogue, View output) {
    scope.launches.add(
        "denseVectors",
        Math.ceilDiv(output.channels(), OUTPUTS),
        Math.ceilDiv(output.images(), IMAGES),
        new Parameters()
            .view(input.vectors())
            .sums(input.sums())
            .longs(weight)
            .epilogue(epilogue)
            .target(output)
            .longs(output.images())
            .integers(input.channels(), 0));
  }

  /** A tensor as it is; 0 where there is none. */
  long bias(String step, Optional<String> tensor) {
    return tensor.map(name -> matrix(step, name)).orElse(0L);
  }

  /** A tensor as it is. */
  long matrix(String step, String tensor) {
    return scope.weights.prepare(
        new Key(step, Order.STORED, tensor), () -> StepScope.floats(scope.weights.values(tensor)));
  }

  /** From {@code [out][in]} to the same with columns in another order. */
  private long packed(Key key, List<Integer> columns, Supplier<double[]> matrix) {
    return scope.weights.prepare(
        key,
        () -> {
          double[] values = matrix.get();
          int[] order = columns.stream().mapToInt(Integer::intValue).toArray();
          float[] packed = new float[values.length];
          for (int i = 0; i < values.length; i++) {
            int column = i % order.length;
            packed[i] = (float) values[i - column + order[column]];
          }
          return packed;
        });
  }

  private static List<Integer> inOrder(int channels) {
    return IntStream.range(0, channels).boxed().toList();
  }
}
