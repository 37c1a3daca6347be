package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.pass.Chunks;
import dev.vgnet.cpu.vector.pass.Finish;
import dev.vgnet.cpu.vector.pass.Pass;
import dev.vgnet.cpu.vector.pass.PointwisePass;
import dev.vgnet.cpu.vector.pass.Preparation;
import dev.vgnet.cpu.vector.pass.PreparedPointwisePass;
import dev.vgnet.cpu.vector.pass.Product;
import dev.vgnet.cpu.vector.pass.StridedPass;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Compiles products of matrices: 1x1 convolutions and fully connected layers. */
final class ProductCompiler {
  /** The code of a kernel grows with its taps; a value in more parts is put together first. */
  static final int MAX_TAPS = 64;

  /** Tiles start anew for each part, which takes longer than to put so few channels together. */
  private static final int NARROW = 32;

  /** Fewer narrow parts than this are read as they are. */
  private static final int MANY_NARROW = 3;

  /** Parts of different lengths are loops of their own, which takes longer than parts like this. */
  private static final int SHORTEST_EQUAL = 16;

  /**
   * Weights {@code [out, in]} and what is added to their products.
   *
   * @param step that it belongs to, alone or with others
   * @param bias the name of its own bias
   * @param folding of norms into both
   */
  record Layer(String step, String weight, Optional<String> bias, Folding folding) {}

  /** What the order of a layer's packed weights depends on; their bias is packed with them. */
  private record Columns(String weight, Optional<String> bias, List<Integer> order) {}

  private final StepContext steps;

  ProductCompiler(StepContext steps) {
    this.steps = steps;
  }

  /** Adds the passes of a step, and says how they compute it. */
  String pointwise(Step.Pointwise step, View output) {
    Folding folding = Folding.of(step, steps.weights()::values);
    Finish finish = steps.finish(step.epilogue(), folding.bias(), output);
    Layer layer = new Layer(step.name(), step.weight(), step.bias(), folding);
    return Preparation.of(step.prologue(), step.input().channels(), steps.weights())
        .map(p -> prepared(layer, p, step.input(), output, finish))
        .orElseGet(() -> dense(layer, step.input(), output, finish));
  }

  /** Adds the passes of a step, and says how they compute it. */
  String linear(Step.Linear step, View output) {
    Folding folding =
        Folding.of(step.bias(), step.epilogue().foldedNorm(), steps.weights()::values);
    Finish finish = steps.finish(step.epilogue(), folding.bias(), output);
    View input = steps.view(step.input());
    if (input.pixels() == 1) {
      Layer layer = new Layer(step.name(), step.weight(), step.bias(), folding);
      return dense(layer, step.input(), output, finish);
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

  private String dense(Layer layer, Value value, View output, Finish finish) {
    SortedValue sorted = SortedValue.of(value);
    View view = steps.view(sorted.value());
    boolean tooMany = view.parts().size() > MAX_TAPS;
    Predicate<Part> isJoined = part -> tooMany || part.channels() < NARROW;
    if (view.parts().stream().filter(isJoined).count() < MANY_NARROW) {
      return inParts(layer, view, sorted.channels(), output, finish);
    }
    List<Part> joined = new ArrayList<>();
    List<Part> others = new ArrayList<>();
    List<Integer> joinedColumns = new ArrayList<>();
    List<Integer> otherColumns = new ArrayList<>();
    int first = 0;
    for (Part part : view.parts()) {
      int end = first + part.channels();
      boolean joins = isJoined.test(part);
      (joins ? joined : others).add(part);
      (joins ? joinedColumns : otherColumns).addAll(sorted.channels().subList(first, end));
      first = end;
    }
    others.addFirst(steps.gathered(new View(view.height(), view.width(), joined)).whole());
    joinedColumns.addAll(otherColumns);
    View input = new View(view.height(), view.width(), others);
    return inParts(layer, input, joinedColumns, output, finish);
  }

  private String inParts(
      Layer layer, View input, List<Integer> columns, View output, Finish finish) {
    View equal = input.inEqualParts(SHORTEST_EQUAL);
    return dense(layer, Optional.empty(), equal, columns, 1, output, finish);
  }

  private String prepared(
      Layer layer, Preparation preparation, Value value, View output, Finish finish) {
    View input = steps.view(value);
    return dense(layer, Optional.of(preparation), input, inOrder(input), 1, output, finish);
  }

  static List<Integer> inOrder(View input) {
    return SortedValue.inOrder(input.channels());
  }

  /**
   * The product of a layer.
   *
   * @param columns for each channel of the input, that of its weights
   */
  String dense(
      Layer layer,
      Optional<Preparation> preparation,
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
          double[] values = layer.folding.fold(steps.weights().values(layer.weight));
          return (_, out, part, channel) ->
              values[out * in + columns.get(firstChannels[part] + channel)];
        };
    Columns key = new Columns(layer.weight, layer.bias, columns);
    return product(layer.step, key, preparation, matrix, input, stride, output, finish);
  }

  static void requirePackable(String step, List<TileShape> tiles, Product.Taps taps) {
    long floats = 0;
    int first = 0;
    for (TileShape tile : tiles) {
      int channels = tile.vectors() * Vectors.LANES;
      List<Tap> summed = taps.of(first, first + channels);
      floats += channels * (TileSpec.EPILOGUE_ROWS + summed.stream().mapToLong(Tap::depth).sum());
      first += channels;
    }
    Limits.requirePackable(step, floats);
  }

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
            : Chunks.of(input.height(), input.width(), output.channels(), steps.threads());
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
