package dev.vgnet.cuda.program;

import dev.vgnet.cuda.program.DeviceWeights.Key;
import dev.vgnet.cuda.program.DeviceWeights.Order;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Steps that are products of matrices: what comes out says how, in words. */
final class Products {
  /** Weights of as many output channels are read at once. */
  private static final int WEIGHT_ALIGNMENT = 4;

  private final StepScope scope;

  Products(StepScope scope) {
    this.scope = scope;
  }

  String pointwise(Step.Pointwise step, View output) {
    Folding folding = Folding.of(step, scope.weights::values);
    return step.prologue().isNone()
        ? dense(step.name(), step.input(), step.weight(), folding, step.epilogue(), output)
        : "prologue, " + prepared(step, folding, output);
  }

  String linear(Step.Linear step, View output) {
    Flat flat = Flat.of(step.input(), scope);
    return dense(
        step.name(),
        flat.vector(),
        flat.columns(),
        step.weight(),
        scope.folding(step.bias(), step.epilogue()),
        step.epilogue(),
        output);
  }

  /** A product with weights {@code [out, in]}. */
  private String dense(
      String step, Value value, String weight, Folding folding, Epilogue epilogue, View output) {
    SortedValue sorted = SortedValue.of(value);
    View input = scope.readable(sorted.value());
    return dense(step, input, sorted.channels(), weight, folding, epilogue, output);
  }

  private String prepared(Step.Pointwise step, Folding folding, View output) {
    View input = scope.prepare(step.name(), scope.readable(step.input()), step.prologue());
    return dense(
        step.name(), input, inOrder(input), step.weight(), folding, step.epilogue(), output);
  }

  private static List<Integer> inOrder(View input) {
    return IntStream.range(0, input.channels()).boxed().toList();
  }

  /**
   * @param columns for each channel of the input, that of its weights
   */
  private String dense(
      String step,
      View input,
      List<Integer> columns,
      String weight,
      Folding folding,
      Epilogue epilogue,
      View output) {
    return product(
        new Key(step, Order.PRODUCT, weight, columns),
        input,
        Window.PIXEL,
        rows(weight, folding, columns),
        scope.epilogue(step, folding.bias(), epilogue),
        output);
  }

  /** With a depthwise convolution of some of its input as that is read. */
  String separable(Separable pair) {
    Step.Pointwise step = pair.pointwise();
    Folding folding = Folding.of(step, scope.weights::values);
    View output = scope.output(step);
    scope.launches.separable(
        scope.view(new Value(pair.input())),
        new Convolutions(scope).filter(pair),
        packed(
            new Key(step.name(), Order.PRODUCT, step.weight(), pair.sorted().channels()),
            step.input().channels(),
            output.channels(),
            rows(step.weight(), folding, pair.sorted().channels())),
        scope.epilogue(step.name(), folding.bias(), step.epilogue()),
        output,
        scope.tileSums(output));
    return "tiles, depthwise as they are filled";
  }

  /** The weights of a product: the row is the position in the sum. */
  interface Matrix {
    double at(int row, int column);
  }

  /** Weights {@code [out, in]} whose columns are the rows of a product. */
  private Supplier<Matrix> rows(String weight, Folding folding, List<Integer> columns) {
    return () -> {
      double[] values = folding.fold(scope.weights.values(weight));
      return (row, out) -> values[out * columns.size() + columns.get(row)];
    };
  }

  String product(
      Key key,
      View input,
      Window window,
      Supplier<Matrix> matrix,
      DeviceEpilogue epilogue,
      View output) {
    int rows = window.kernel() * window.kernel() * input.channels();
    PackedMatrix weight = packed(key, rows, output.channels(), matrix);
    scope.launches.product(input, weight, window, epilogue, output, scope.tileSums(output));
    return "tiles";
  }

  private PackedMatrix packed(Key key, int rows, int columns, Supplier<Matrix> matrix) {
    int stride = Math.ceilDiv(columns, WEIGHT_ALIGNMENT) * WEIGHT_ALIGNMENT;
    long address =
        scope.weights.prepare(
            key,
            () -> {
              Matrix values = matrix.get();
              float[] packed = new float[Math.multiplyExact(rows, stride)];
              for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                  packed[row * stride + column] = (float) values.at(row, column);
                }
              }
              return packed;
            });
    return new PackedMatrix(address, stride);
  }
}
