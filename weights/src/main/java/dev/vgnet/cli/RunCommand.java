package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.error.ImageShapeException;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a model on numbers, for comparing it with other engines. */
@Command(
    name = "run",
    description = "Runs a model on a NumPy array [N, 3, H, W] and writes the logits [N, classes].",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionMixin sessions;

  @Parameters(paramLabel = "MODEL", description = "A weight file that `vgnet import` wrote.")
  private Path model;

  @Option(
      names = {"-i", "--input"},
      required = true,
      paramLabel = "FILE.npy",
      description =
          "Preprocessed images, [N, 3, H, W], any N, H and W; of one of NumPy's types "
              + NpyFile.TYPE_NAMES
              + ", in C order.")
  private Path input;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE.npy",
      description = "Where to write the float32 logits.")
  private Path output;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Images computed at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Override
  public Integer call() throws IOException {
    if (batch < 1) {
      throw new UsageFailure("--batch must be at least 1, found " + batch);
    }
    OutputFile.check(output, List.of(model, input));
    Tensor images = NpyFile.read(input);
    try (Session session = sessions.open(Model.load(model))) {
      Tensor logits = run(session, images);
      NpyFile.write(output, logits);
      spec.commandLine()
          .getOut()
          .printf(
              "%s -> %s on %s (%s)%n",
              images.shape(), logits.shape(), session.device(), session.backend());
    }
    return 0;
  }

  private Tensor run(Session session, Tensor images) {
    Shape shape = images.shape();
    Shape outputShape = outputShape(session, shape);
    float[] pixels = images.toFloatArray();
    float[] logits = new float[(int) outputShape.elementCount()];
    int count = shape.extent(0);
    int perImage = pixels.length / count;
    int perOutput = logits.length / count;
    try (ProgressBar progress = Progress.start("images", count)) {
      for (int first = 0; first < count; first += batch) {
        int last = Math.min(count, first + batch);
        int[] extents = shape.toArray();
        extents[0] = last - first;
        float[] part = new float[(last - first) * perOutput];
        session.run(
            Shape.of(extents), Arrays.copyOfRange(pixels, first * perImage, last * perImage), part);
        System.arraycopy(part, 0, logits, first * perOutput, part.length);
        progress.stepTo(last);
      }
    }
    return Tensor.of(outputShape, logits);
  }

  private Shape outputShape(Session session, Shape shape) {
    try {
      return session.outputShape(shape);
    } catch (ImageShapeException e) {
      throw new CommandFailure(input + ": " + e.getMessage());
    }
  }
}
