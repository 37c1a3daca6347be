package dev.vgnet.cpu.vector;

import dev.vgnet.cpu.kernel.DepthwiseSpec;
import dev.vgnet.cpu.kernel.EpilogueSpec;
import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.TileSpec.Tap;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.vector.View.Part;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.plan.Affine;
import dev.vgnet.plan.Epilogue;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Step;
import dev.vgnet.plan.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Turns steps into passes. For one thread. */
final class StepCompiler {
  /** The code of a kernel grows with its taps; a value in more parts is put together first. */
  private static final int MAX_TAPS = 64;

  /**
   * @param kernel how the step is computed, in words
   */
  record CompiledStep(List<Pass> passes, String kernel) {}

  private final Placement placement;
  private final Predicate<Value> isImage;
  private final Weights weights;
  private final int threads;

  private final List<Pass> passes = new ArrayList<>();
  private int shared;

  /**
   * @param isImage whether a value is read where the caller has it
   */
  StepCompiler(Placement placement, Predicate<Value> isImage, Weights weights, int threads) {
    this.placement = placement;
    this.isImage = isImage;
    this.weights = weights;
    this.threads = threads;
  }

  /** The passes of a step. */
  CompiledStep compile(Step step) {
    passes.clear();
    String kernel = build(step);
    return new CompiledStep(List.copyOf(passes), kernel);
  }

  /** Floats after the feature maps that steps use between their passes. */
  int shared() {
    return shared;
  }

  /** Adds a step's passes, and says how they compute it. */
  private String build(Step step) {
    View output = placement.view(step.output());
    return switch (step) {
      case Step.Pointwise s -> {
        Folding folding = Folding.of(s, weights::values);
        Finish finish = finish(s.epilogue(), folding.bias(), output);
        yield Preparation.of(s.prologue(), s.input().channels(), weights)
            .map(p -> prepared(s, p, folding, output, finish))
            .orElseGet(
                () ->
                    dense(
                        s.name(), s.weight(), folding, SortedValue.of(s.input()), output, finish));
      }
      case Step.Linear s -> linear(s, output);
      case Step.Convolution s -> convolution(s, output);
      case Step.Depthwise s -> depthwise(s, output);
      case Step.SqueezeExcite s -> squeezeExcite(s, output);
      case Step.Pool s -> {
        Window window = new Window(s.kernel(), s.stride(), s.padding());
        passes.add(new PoolPass(s.kind(), placement.view(s.input()), output, window));
        yield "%dx%d s%d".formatted(s.kernel(), s.kernel(), s.stride());
      }
      case Step.AdaptiveAveragePool s -> {
        passes.add(new AdaptivePoolPass(placement.view(s.input()), output));
        yield "means";
      }
      case Step.GlobalAveragePool s -> {
        mean(placement.view(s.input()), output, 0);
        yield "mean";
      }
      case Step.Elementwise s -> elementwise(s, output);
      case Step.Multiply s -> {
        passes.add(new MultiplyPass(placement.view(s.input()), placement.view(s.factor()), output));
        yield "product";
      }
      case Step.Copy s -> {
        SortedValue sorted = SortedValue.of(s.input());
        passes.add(new GatherPass(placement.view(sorted.value()), sorted.channels(), output));
        yield "gather";
      }
    };
  }

  private String linear(Step.Linear step, View output) {
    Folding folding = Folding.of(step.bias(), step.epilogue().foldedNorm(), weights::values);
    Finish finish = finish(step.epilogue(), folding.bias(), output);
    View input = placement.view(step.input());
    if (input.pixels() == 1) {
      return dense(
          step.name(), step.weight(), folding, SortedValue.of(step.input()), output, finish);
    }
    int channels = input.channels();
    int pixels = input.pixels();
    View flat = sharedMap(0, 1, channels * pixels);
    copy(input, new Part(flat.whole().offset(), channels, channels));
    return product(
        step.name(),
        step.weight(),
        Optional.empty(),
        () -> {
          double[] weight = folding.fold(weights.values(step.weight()));
          return (_, out, _, i) -> weight[(out * channels + i % channels) * pixels + i / channels];
        },
        flat,
        1,
        output,
        finish);
  }

  private String dense(
      String step, String weight, Folding folding, SortedValue value, View output, Finish finish) {
    View view = placement.view(value.value());
    View input = view.parts().size() > MAX_TAPS ? gathered(view) : view;
    return dense(
        step, weight, Optional.empty(), folding, input, value.channels(), 1, output, finish);
  }

  private String prepared(
      Step.Pointwise step, Preparation preparation, Folding folding, View output, Finish finish) {
    View input = placement.view(step.input());
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

  private static List<Integer> inOrder(View input) {
    return IntStream.range(0, input.channels()).boxed().toList();
  }

  /**
   * A product with weights {@code [out, in]}.
   *
   * @param columns for each channel of the input, that of its weights
   */
  private String dense(
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
          double[] values = folding.fold(weights.values(weight));
          return (_, out, part, channel) ->
              values[out * in + columns.get(firstChannels[part] + channel)];
        };
    Columns key = new Columns(weight, columns);
    return product(step, key, preparation, matrix, input, stride, output, finish);
  }

  private static void requirePackable(String step, List<TileShape> tiles, Product.Taps taps) {
    long floats = 0;
    int first = 0;
    for (TileShape tile : tiles) {
      int channels = tile.vectors() * Vectors.LANES;
      List<Tap> summed = taps.of(first, first + channels);
      floats += channels * summed.stream().mapToLong(Tap::channels).sum();
      first += channels;
    }
    Limits.requirePackable(step, floats);
  }

  private record Columns(String weight, List<Integer> order) {}

  private String product(
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
    if (stride > 1) {
      List<TileShape> tiles = TileShape.choose(output.channels(), output.width());
      requirePackable(step, tiles, (_, _) -> taps);
      Product product =
          new Product(step, weight, tiles, (_, _) -> taps, matrix, finish, output, weights);
      passes.add(new StridedPass(input, output, stride, product, work));
      return product.describe();
    }
    Chunks chunks = Chunks.of(input.pixels(), output.channels(), threads);
    requirePackable(step, chunks.tiles(), (_, _) -> taps);
    Product product =
        new Product(step, weight, chunks.tiles(), (_, _) -> taps, matrix, finish, output, weights);
    passes.add(
        preparation
            .<Pass>map(p -> new PreparedPointwisePass(input, p, product, chunks, work))
            .orElseGet(() -> new PointwisePass(input, product, chunks, work)));
    return product.describe();
  }

  /** A copy with all channels of a pixel side by side. */
  private View gathered(View value) {
    int stride = Vectors.padded(value.channels());
    Part part = new Part(room(0, (long) value.pixels() * stride), stride, value.channels());
    copy(value, part);
    return new View(value.height(), value.width(), List.of(part));
  }

  private void copy(View value, Part to) {
    passes.add(new CopyPass(new RowSource.Map(value), to));
  }

  private String convolution(Step.Convolution step, View output) {
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding = Folding.of(step.bias(), step.epilogue().foldedNorm(), weights::values);
    Finish finish = finish(step.epilogue(), folding.bias(), output);
    Supplier<double[]> weight = () -> folding.fold(weights.values(step.weight()));
    if (!isImage.test(step.input()) && StridedPass.suits(step)) {
      View input = input(step);
      return dense(
          step.name(),
          step.weight(),
          Optional.empty(),
          folding,
          input,
          inOrder(input),
          step.stride(),
          output,
          finish);
    }
    if (!isImage.test(step.input()) && WinogradPass.suits(step, output)) {
      View input = input(step);
      WinogradPass pass =
          new WinogradPass(
              step.name(), input, output, window, step.groups(), finish, threads, weight, weights);
      passes.add(pass);
      return pass.describe();
    }
    if (!isImage.test(step.input()) && UnfoldPass.suits(step, output)) {
      return unfolded(step, input(step), window, weight, output, finish);
    }
    return convolution(
        step.name(),
        step.weight(),
        source(step.input()),
        Preparation.of(step.prologue(), step.input().channels(), weights),
        window,
        step.groups(),
        weight,
        finish,
        output);
  }

  private String convolution(
      String step,
      String weight,
      RowSource source,
      Optional<Preparation> preparation,
      Window window,
      int groups,
      Supplier<double[]> values,
      Finish finish,
      View output) {
    Limits.requireBorder(step, window, source.channels());
    GroupedWeights grouped =
        GroupedWeights.of(window, source.channels(), output.channels(), groups);
    List<TileShape> tiles = grouped.tiles(output.width());
    requirePackable(step, tiles, grouped::taps);
    Product product =
        new Product(
            step,
            weight,
            tiles,
            grouped::taps,
            () -> grouped.matrix(values.get()),
            finish,
            output,
            weights);
    long work =
        (long) output.pixels()
            * output.channels()
            * (source.channels() / groups)
            * window.kernel()
            * window.kernel();
    passes.add(new ConvolutionPass(source, preparation, window, product, grouped, output, work));
    return product.describe();
  }

  private String unfolded(
      Step.Convolution step,
      View input,
      Window window,
      Supplier<double[]> weight,
      View output,
      Finish finish) {
    int in = input.channels();
    int positions = window.kernel() * window.kernel();
    int size = Arenas.index(UnfoldPass.size(window.kernel(), in));
    int stride = Vectors.padded(size);
    int free = input.parts().size() == 1 ? Math.max(0, end(input)) : 0;
    Part windows = new Part(room(free, (long) output.pixels() * stride), stride, size);
    passes.add(new UnfoldPass(input, window, output, windows));
    return product(
            step.name(),
            step.weight(),
            Optional.empty(),
            () -> {
              double[] values = weight.get();
              return (_, out, _, i) -> values[(out * in + i % in) * positions + i / in];
            },
            new View(output.height(), output.width(), List.of(windows)),
            1,
            output,
            finish)
        + " unfolded";
  }

  /** What a convolution reads, as a whole map: prepared, or put together from too many parts. */
  private View input(Step.Convolution step) {
    View view = placement.view(step.input());
    Optional<Preparation> preparation =
        Preparation.of(step.prologue(), step.input().channels(), weights);
    if (preparation.isEmpty()) {
      return view.parts().size() > MAX_TAPS ? gathered(view) : view;
    }
    int stride = Vectors.padded(view.channels());
    Part part = new Part(room(0, (long) view.pixels() * stride), stride, view.channels());
    passes.add(new PreparePass(view, preparation.get(), part));
    return new View(view.height(), view.width(), List.of(part));
  }

  /** The image is read where the caller has it, anything else from the arena. */
  private RowSource source(Value value) {
    return isImage.test(value)
        ? RowSource.Image.of(value)
        : new RowSource.Map(placement.view(value));
  }

  private String depthwise(Step.Depthwise step, View output) {
    View input = placement.view(step.input());
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding = Folding.of(step.bias(), step.epilogue().foldedNorm(), weights::values);
    Finish finish = finish(step.epilogue(), folding.bias(), output);
    int channels = output.channels();
    int positions = step.kernel() * step.kernel();
    Limits.requirePackable(step.name(), (long) positions * Vectors.padded(channels));
    Supplier<double[]> weight =
        () -> {
          double[] kernels = weights.values(step.weight());
          double[] values = new double[channels * positions];
          for (int i = 0; i < values.length; i++) {
            values[i] = kernels[i % kernels.length];
          }
          return folding.fold(values);
        };
    if (!DepthwiseSpec.supports(window.kernel(), window.padding())) {
      RowSource source = new RowSource.Map(input);
      return convolution(
          step.name(),
          step.weight(),
          source,
          Optional.empty(),
          window,
          channels,
          weight,
          finish,
          output);
    }
    Weights.Packed packed =
        weights.pack(
            new DepthwiseKey(step.name(), finish.spec()),
            () -> DepthwisePass.pack(weight.get(), channels, positions, finish));
    long work = (long) output.pixels() * channels * positions;
    DepthwisePass pass = new DepthwisePass(input, output, window, packed, finish, work);
    passes.add(pass);
    return pass.describe();
  }

  private record DepthwiseKey(String step, EpilogueSpec epilogue) {}

  private String squeezeExcite(Step.SqueezeExcite step, View output) {
    View input = placement.view(step.input());
    View mean = sharedMap(0, 1, input.channels());
    int squeezed = weights.shapes().get(step.reduceWeight()).extent(0);
    View reduced = sharedMap(end(mean), 1, squeezed);
    View factors = sharedMap(end(reduced), 1, input.channels());
    mean(input, mean, end(factors));
    String reduce =
        excite(step.name(), step.reduceWeight(), step.reduceBias(), step.inner(), mean, reduced);
    excite(step.name(), step.expandWeight(), step.expandBias(), step.gate(), reduced, factors);
    passes.add(new MultiplyPass(input, factors, output));
    return "mean, " + reduce + ", product";
  }

  /**
   * The mean of each channel over all pixels: a sum of sums, so that workers can share it.
   *
   * @param offset of free room that the passes of a step share
   */
  private void mean(View input, View output, int offset) {
    int strips = SumPass.strips(input.pixels());
    if (strips == 1) {
      passes.add(new SumPass(input, output, input.pixels()));
    } else {
      View sums = sharedMap(offset, strips, input.channels());
      passes.add(new SumPass(input, sums, 1));
      passes.add(new SumPass(sums, output, input.pixels()));
    }
  }

  private String excite(
      String step,
      String weight,
      Optional<String> bias,
      Function activation,
      View input,
      View output) {
    Folding folding = Folding.of(bias, Optional.empty(), weights::values);
    Finish finish =
        new Finish(
            folding.bias(),
            Optional.of(activation),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            output,
            output);
    return dense(step, weight, Optional.empty(), folding, input, inOrder(input), 1, output, finish);
  }

  private String elementwise(Step.Elementwise step, View output) {
    View input = placement.view(step.input());
    Epilogue epilogue = normLast(step.epilogue());
    Optional<Affine> first = epilogue.foldedNorm().map(norm -> Affine.of(norm, weights::values));
    if (first.isPresent()) {
      // The norm that others fold into their weights is a pass of its own here.
      Finish norm =
          new Finish(
              Optional.empty(),
              Optional.empty(),
              first,
              Optional.empty(),
              Optional.empty(),
              input,
              output);
      passes.add(new ElementwisePass(output, norm));
    }
    Finish finish = finish(epilogue, Optional.empty(), first.isPresent() ? output : input, output);
    if (first.isEmpty() || !finish.isIdentity()) {
      passes.add(new ElementwisePass(output, finish));
    }
    return "rows f32x" + Vectors.LANES;
  }

  /** A norm that nothing follows but one activation or a sum needs no pass of its own. */
  private static Epilogue normLast(Epilogue epilogue) {
    boolean ends = epilogue.residual().isEmpty() && epilogue.finalActivation().isEmpty();
    return epilogue.norm().isEmpty() && (ends || epilogue.activation().isEmpty())
        ? new Epilogue(
            Optional.empty(),
            Optional.empty(),
            epilogue.foldedNorm(),
            epilogue.residual(),
            ends ? epilogue.activation() : epilogue.finalActivation())
        : epilogue;
  }

  private Finish finish(Epilogue epilogue, Optional<double[]> bias, View output) {
    return finish(epilogue, bias, output, output);
  }

  /** All of an epilogue but its folded norm. */
  private Finish finish(Epilogue epilogue, Optional<double[]> bias, View input, View output) {
    return new Finish(
        bias,
        epilogue.activation(),
        epilogue.norm().map(norm -> Affine.of(norm, weights::values)),
        epilogue.residual().map(placement::view),
        epilogue.finalActivation(),
        input,
        output);
  }

  /** A map of one row in the room that the passes of a step share. */
  private View sharedMap(int offset, int width, int channels) {
    int stride = Vectors.padded(channels);
    Part part = new Part(room(offset, (long) width * stride), stride, channels);
    return new View(1, width, List.of(part));
  }

  private int room(int offset, long size) {
    shared = Math.max(shared, Arenas.index(offset + size));
    return placement.end() + offset;
  }

  /** The offset of the room behind a shared map. */
  private int end(View sharedMap) {
    return sharedMap.whole().pixel(sharedMap.pixels()) - placement.end();
  }
}
