package dev.vgnet.cpu.vector.compiler;

import dev.vgnet.cpu.kernel.DepthwiseSpec;
import dev.vgnet.cpu.kernel.TileShape;
import dev.vgnet.cpu.kernel.Vectors;
import dev.vgnet.cpu.kernel.Winograd;
import dev.vgnet.cpu.vector.compiler.ProductCompiler.Layer;
import dev.vgnet.cpu.vector.pass.ArrayLength;
import dev.vgnet.cpu.vector.pass.ConvolutionPass;
import dev.vgnet.cpu.vector.pass.DepthwisePass;
import dev.vgnet.cpu.vector.pass.Finish;
import dev.vgnet.cpu.vector.pass.GroupedWeights;
import dev.vgnet.cpu.vector.pass.ImageConvolutionPass;
import dev.vgnet.cpu.vector.pass.ImageRowsPass;
import dev.vgnet.cpu.vector.pass.Preparation;
import dev.vgnet.cpu.vector.pass.PreparePass;
import dev.vgnet.cpu.vector.pass.Product;
import dev.vgnet.cpu.vector.pass.RowSource;
import dev.vgnet.cpu.vector.pass.StridedPass;
import dev.vgnet.cpu.vector.pass.Strip;
import dev.vgnet.cpu.vector.pass.UnfoldPass;
import dev.vgnet.cpu.vector.pass.View;
import dev.vgnet.cpu.vector.pass.View.Part;
import dev.vgnet.cpu.vector.pass.Window;
import dev.vgnet.cpu.vector.pass.WinogradPass;
import dev.vgnet.plan.Folding;
import dev.vgnet.plan.Step;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Compiles convolutions whose windows are larger than a pixel, or move by more than one. */
final class ConvolutionCompiler {
  private final StepContext steps;
  private final ProductCompiler products;

  ConvolutionCompiler(StepContext steps, ProductCompiler products) {
    this.steps = steps;
    this.products = products;
  }

  /**
   * Adds the two passes of a step that reads the caller's image, and says how they compute it.
   *
   * @param rows of the image, with the zeros around it
   * @param window over those rows
   */
  String ofImage(Step.Convolution step, View rows, Window window, View output) {
    RowSource.Image image = RowSource.Image.of(step.input());
    Window padded = new Window(step.kernel(), step.stride(), step.padding());
    Limits.requireBorder(step.name(), padded, image.channels());
    Folding folding =
        Folding.of(step.bias(), step.epilogue().foldedNorm(), steps.weights()::values);
    GroupedWeights weights =
        GroupedWeights.of(window, image.channels(), output.channels(), step.groups());
    List<TileShape> tiles = weights.tiles(output.width(), 1);
    ProductCompiler.requirePackable(step.name(), tiles, weights::taps);
    Product product =
        new Product(
            step.name(),
            step.weight(),
            tiles,
            weights::taps,
            () -> weights.matrix(folding.fold(steps.weights().values(step.weight()))),
            steps.finish(step.epilogue(), folding.bias(), output),
            output,
            steps.weights());
    Optional<Preparation> preparation =
        Preparation.of(step.prologue(), image.channels(), steps.weights());
    steps.add(new ImageRowsPass(image, step.padding(), preparation, rows));
    steps.add(new ImageConvolutionPass(rows, window, product, output, work(weights, output)));
    return product.describe();
  }

  private static long work(GroupedWeights weights, View output) {
    int kernel = weights.window().kernel();
    return (long) output.pixels() * output.channels() * weights.inPerGroup() * kernel * kernel;
  }

  /** Adds the passes of a step, and says how they compute it. */
  String convolution(Step.Convolution step, View output) {
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding =
        Folding.of(step.bias(), step.epilogue().foldedNorm(), steps.weights()::values);
    Finish finish = steps.finish(step.epilogue(), folding.bias(), output);
    Supplier<double[]> weight = () -> folding.fold(steps.weights().values(step.weight()));
    if (StridedPass.suits(step)) {
      View input = input(step);
      return products.dense(
          new Layer(step.name(), step.weight(), step.bias(), folding),
          Optional.empty(),
          input,
          ProductCompiler.inOrder(input),
          step.stride(),
          output,
          finish);
    }
    Optional<Winograd> winograd = WinogradChoice.of(step, output);
    if (winograd.isPresent()) {
      View input = input(step);
      WinogradPass pass =
          new WinogradPass(
              step.name(),
              winograd.get(),
              input,
              output,
              window,
              step.groups(),
              finish,
              steps.threads(),
              weight,
              steps.weights());
      steps.add(pass);
      return pass.describe();
    }
    if (UnfoldPass.suits(step, output)) {
      return unfolded(step, input(step), window, weight, output, finish);
    }
    return convolution(
        step.name(),
        step.weight(),
        steps.view(step.input()),
        Preparation.of(step.prologue(), step.input().channels(), steps.weights()),
        window,
        step.groups(),
        weight,
        finish,
        output);
  }

  private String convolution(
      String step,
      String weight,
      View input,
      Optional<Preparation> preparation,
      Window window,
      int groups,
      Supplier<double[]> values,
      Finish finish,
      View output) {
    Limits.requireBorder(step, window, input.channels());
    GroupedWeights grouped = GroupedWeights.of(window, input.channels(), output.channels(), groups);
    ProductCompiler.requirePackable(step, grouped.tiles(output.width(), 1), grouped::taps);
    int columns = output.width();
    int width = ArrayLength.checked(input.width() + 2L * window.padding());
    List<Strip> strips =
        Strip.of(
            output.height(),
            ConvolutionPass.rows(grouped, columns, width),
            rows ->
                new Product(
                    step,
                    weight,
                    grouped.tiles(columns, rows),
                    rows == 1
                        ? grouped::taps
                        : (from, to) -> grouped.taps(from, to, columns, width),
                    () -> grouped.matrix(values.get()),
                    finish,
                    output,
                    steps.weights()));
    long work = work(grouped, output);
    steps.add(
        new ConvolutionPass(
            input, width, preparation, window, strips, grouped, output, steps.threads(), work));
    return strips.getFirst().product().describe();
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
    int size = ArrayLength.checked(UnfoldPass.size(window.kernel(), in));
    int stride = Vectors.padded(size);
    int free = input.parts().size() == 1 ? Math.max(0, steps.end(input)) : 0;
    Part windows = new Part(steps.room(free, (long) output.pixels() * stride), stride, size);
    steps.add(new UnfoldPass(input, window, output, windows));
    return products.product(
            step.name(),
            step.weight() + " unfolded",
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
    View view = steps.view(step.input());
    Optional<Preparation> preparation =
        Preparation.of(step.prologue(), step.input().channels(), steps.weights());
    if (preparation.isEmpty()) {
      return view.parts().size() > ProductCompiler.MAX_TAPS ? steps.gathered(view) : view;
    }
    int stride = Vectors.padded(view.channels());
    Part part = new Part(steps.room(0, (long) view.pixels() * stride), stride, view.channels());
    steps.add(new PreparePass(view, preparation.get(), part));
    return new View(view.height(), view.width(), List.of(part));
  }

  /** Adds the passes of a step, and says how they compute it. */
  String depthwise(Step.Depthwise step, View output) {
    View input = steps.view(step.input());
    Window window = new Window(step.kernel(), step.stride(), step.padding());
    Folding folding =
        Folding.of(step.bias(), step.epilogue().foldedNorm(), steps.weights()::values);
    Finish finish = steps.finish(step.epilogue(), folding.bias().map(step::sorted), output);
    int channels = output.channels();
    int positions = step.kernel() * step.kernel();
    Limits.requirePackable(step.name(), (long) positions * Vectors.padded(channels));
    Supplier<double[]> weight =
        () -> {
          double[] kernels = steps.weights().values(step.weight());
          double[] values = new double[channels * positions];
          for (int i = 0; i < values.length; i++) {
            values[i] = kernels[i % kernels.length];
          }
          return step.sorted(folding.fold(values));
        };
    if (!DepthwiseSpec.supports(window.kernel(), window.padding())) {
      return convolution(
          step.name(),
          step.weight(),
          input,
          Optional.empty(),
          window,
          channels,
          weight,
          finish,
          output);
    }
    DepthwisePass pass =
        new DepthwisePass(step.name(), input, output, window, weight, finish, steps.weights());
    steps.add(pass);
    return pass.describe();
  }
}
