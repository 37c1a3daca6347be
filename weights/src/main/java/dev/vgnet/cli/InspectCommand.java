package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.error.Printable;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.model.AtomicFile;
import dev.vgnet.profile.GraphPicture;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is in a weight file, and how a session runs it. */
@Command(
    name = "inspect",
    description =
        "Shows layers, parameters, plan steps, memory and, if asked, the time of each step.",
    mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
  /** A tensor of more than 2 GiB cannot be made of an array. */
  private static final int MAX_NUMBERS = Shape.MAX_ARRAY_LENGTH / Float.BYTES;

  @Spec private CommandSpec spec;
  @Mixin private SessionMixin sessions;

  @Parameters(paramLabel = "MODEL", description = "A weight file.")
  private Path path;

  @Option(
      names = "--image-size",
      paramLabel = "N",
      description = "Side of the square image (default: the model's own).")
  private Optional<Integer> imageSize = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Images a run, for --profile, --svg and --trace (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--profile",
      description = "Measure each step: the median of " + StepTimes.RUNS + " warm runs.")
  private boolean profile;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Draw the steps with the time of each; measures, too.")
  private Optional<Path> svg = Optional.empty();

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "Record what each thread does in "
              + StepTimes.TRACED_RUNS
              + " warm runs, for ui.perfetto.dev or chrome://tracing.")
  private Optional<Path> trace = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    for (Path file : Stream.concat(svg.stream(), trace.stream()).toList()) {
      OutputFile.check(file, List.of(path));
    }
    if (svg.isPresent() && trace.isPresent()) {
      OutputFile.checkDistinct(svg.get(), trace.get());
    }
    Model model = Model.load(path);
    int size = imageSize.orElse(model.metadata().preprocessing().crop());
    Shape input = input(model.graph().inputChannels(), size);
    try (Session session = sessions.open(model)) {
      ExecutionReport report = session.report(input); // says so if the network has no such images
      GraphStatistics statistics =
          GraphStatistics.of(model.graph(), Tensor.shapes(model.tensors()), size, size);
      boolean timed = profile || svg.isPresent();
      if (timed || trace.isPresent()) {
        StepTimes.warmUp(session, input);
      }
      long[] nanos = timed ? StepTimes.medians(session, input) : new long[0];
      String title = title(model, session, input);
      if (svg.isPresent()) {
        write(svg.get(), GraphPicture.svg(title, report.steps(), nanos, batch));
      }
      if (trace.isPresent()) {
        write(trace.get(), StepTimes.trace(title, session, input));
      }
      PrintWriter out = spec.commandLine().getOut();
      Inspection inspection = new Inspection(model, session, input, statistics, report, nanos);
      if (json) {
        JsonOutput.print(inspection.fields(), out);
      } else {
        inspection.print(out);
      }
    }
    return 0;
  }

  private static String title(Model model, Session session, Shape input) {
    return "%s, %s on %s (%s)"
        .formatted(
            Printable.of(model.metadata().source().architecture()),
            input,
            session.device(),
            session.backend());
  }

  private static void write(Path file, String text) throws IOException {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The shape of the images, at most as many numbers as an array holds. */
  private Shape input(int channels, int size) {
    if (size < 1 || batch < 1) {
      throw new UsageFailure(
          "--image-size and --batch must be at least 1, found %d and %d".formatted(size, batch));
    }
    if ((double) batch * channels * size * size > MAX_NUMBERS) {
      throw new UsageFailure(
          "--batch, --image-size: %d images of %d x %d pixels are too many numbers for a run"
              .formatted(batch, size, size));
    }
    return Shape.of(batch, channels, size, size);
  }
}
