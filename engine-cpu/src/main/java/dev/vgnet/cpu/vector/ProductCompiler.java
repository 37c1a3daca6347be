package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.View.Part;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Compiles products of matrices: 1x1 convolutions and fully connected layers. */
final class ProductCompiler {
  /** The code of a kernel grows with its taps; a value in more parts is put together first. */
  static final int MAX_TAPS = 64;

  /** The most that is packed with the weights: bias, scale and shift. */
  private static final int EPILOGUE_ROWS = 3;

  private final StepContext steps;

  ProductCompiler(StepContext steps) {
    this.steps = steps;
  }

  /** Adds the passes of a step, and says how they compute it. */
  String pointwise(Step.Pointwise step, View output) {
    Folding folding = Folding.of(step, steps.weights()::values);
    Finish finish = steps.finish(step.epilogue(), folding.bias(), output);
    return Preparation.of(step.prologue(), step.input().channels(), steps.weights())
        .map(p -> prepared(step, p, folding, output, finish))
        .orElseGet(
            () ->
                dense(
                    step.name(),
                    step.weight(),
                    folding,
                    SortedValue.of(step.input()),
                    output,
                    finish));
  }

  /** Adds the passes of a step, and says how they compute it. */
  String linear(Step.Linear step, View output) {
    Folding folding =
        Folding.of(step.bias(), step.epilogue().foldedNorm(), steps.weights()::values);
    Finish finish = steps.finish(step.epilogue(), folding.bias(), output);
    View input = steps.view(step.input());
    if (input.pixels() == 1) {
      return dense(
          step.name(), step.weight(), folding, SortedValue.of(step.input()), output, finish);
    }
    int channels = input.channels();
    int pixels = input.pixels();
    View flat = steps.sharedMap(0, 1, channels * pixels);
    steps.copy(input, new Part(flat.whole().offset(), channels, channels));
    return product(
        step.name(),
        step.weight(),
        Optional.empty(),
        () -> {
          double[] weight = folding.fold(steps.weights().values(step.weight()));
          return (_, out, _, i) -> weight[(out * channels + i % channels) * pixels + i / channels];
        },
        flat,
        1,
        output,
        finish);
  }

  private String dense(
      String step, String weight, Folding folding, SortedValue value, View output, Finish finish) {
    View view = steps.view(value.value());
    View input = view.parts().size() > MAX_TAPS ? steps.gathered(view) : view;
    return dense(
        step, weight, Optional.empty(), folding, input, value.channels(), 1, output, finish);
  }

  private String prepared(
      Step.Pointwise step, Preparation preparation, Folding folding, View output, Finish finish) {
    View input = steps.view(step.input());
    return dense(
        step.name(),
        step.weight(),
        Optional.of(preparation),
        folding,
        input,
        inOrder(input),
        1,
        output,
        finish);
  }

  static List<Integer> inOrder(View input) {
    return IntStream.range(0, input.channels()).boxed().toList();
  }

  /**
   * A product with weights {@code [out, in]}.
   *
   * @param columns for each channel of the input, that of its weights
   */
  String dense(
      String step,
      String weight,
      Optional<Preparation> preparation,
      Folding folding,
      View input,
      List<Integer> columns,
      int stride,
      View output,
      Finish finish) {
    int[] firstChannels = new int[input.parts().size()];
    for (int i = 1; i < firstChannels.length; i++) {
      firstChannels[i] = firstChannels[i - 1] + input.parts().get(i - 1).channels();
    }
    int in = input.channels();
    Supplier<Product.Matrix> matrix =
        () -> {
          double[] values = folding.fold(steps.weights().values(weight));
          return (_, out, part, channel) ->
              values[out * in + columns.get(firstChannels[part] + channel)];
        };
    Columns key = new Columns(weight, columns);
    return product(step, key, preparation, matrix, input, stride, output, finish);
  }

  static void requirePackable(String step, List<TileShape> tiles, Product.Taps taps) {
    long floats = 0;
    int first = 0;
    for (TileShape tile : tiles) {
      int channels = tile.vectors() * Vectors.LANES;
      List<Tap> summed = taps.of(first, first + channels);
      floats += channels * (EPILOGUE_ROWS + summed.stream().mapToLong(Tap::depth).sum());
      first += channels;
    }
    Limits.requirePackable(step, floats);
  }

  private record Columns(String weight, List<Integer> order) {}

  String product(
      String step,
      Object weight,
      Optional<Preparation> preparation,
      Supplier<Product.Matrix> matrix,
      View input,
      int stride,
      View output,
      Finish finish) {
    List<Tap> taps =
        preparation.isPresent()
            ? List.of(Tap.of(input.channels(), Vectors.padded(input.channels())))
            : input.parts().stream()
                .map(part -> Tap.of(part.channels(), part.stride() * stride))
                .toList();
    long work = (long) output.pixels() * input.channels() * output.channels();
    if (stride > 1 || input.lines() > 0 || output.lines() > 0) {
      List<TileShape> tiles = TileShape.choose(output.channels(), output.width());
      requirePackable(step, tiles, (_, _) -> taps);
      Product product =
          new Product(step, weight, tiles, (_, _) -> taps, matrix, finish, output, steps.weights());
      steps.add(new StridedPass(input, output, stride, product, work));
      return product.describe();
    }
    Chunks chunks =
        preparation.isPresent()
            ? Chunks.ofPixels(input.pixels(), output.channels(), steps.threads())
            : Chunks.of(input.pixels(), output.channels(), steps.threads());
    requirePackable(step, chunks.tiles(), (_, _) -> taps);
    Product product =
        new Product(
            step, weight, chunks.tiles(), (_, _) -> taps, matrix, finish, output, steps.weights());
    steps.add(
        preparation
            .<Pass>map(p -> new PreparedPointwisePass(input, p, product, chunks, work))
            .orElseGet(() -> new PointwisePass(input, product, chunks, work)));
    return product.describe();
  }
}
