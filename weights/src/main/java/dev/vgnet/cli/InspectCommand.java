package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.model.Metadata;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
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
  private static final int PROFILED_RUNS = 51;

  /** A tensor of more than 2 GiB cannot be made of an array. */
  private static final int MAX_NUMBERS = (Integer.MAX_VALUE - 8) / Float.BYTES;

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
      description = "Images a run, for --profile (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(names = "--profile", description = "Measure each step: the median of 51 warm runs.")
  private boolean profile;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Model model = Model.load(path);
    int size = imageSize.orElse(model.metadata().preprocessing().crop());
    Shape input = input(model.graph().inputChannels(), size);
    GraphStatistics statistics =
        GraphStatistics.of(model.graph(), Tensor.shapes(model.tensors()), size, size);
    try (Session session = sessions.open(model)) {
      ExecutionReport report = session.report(input);
      long[] nanos = profile ? medianStepTimes(session, input) : new long[0];
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        JsonOutput.print(fields(model, session, statistics, report, nanos), out);
      } else {
        print(out, model, session, input, statistics, report, nanos);
      }
    }
    return 0;
  }

  /** The shape of the images, at most as many numbers as an array holds. */
  private Shape input(int channels, int size) {
    if (size < 1 || batch < 1) {
      throw new CommandFailure("--image-size and --batch must be at least 1");
    }
    if ((double) batch * channels * size * size > MAX_NUMBERS) {
      throw new CommandFailure(
          "%d images of %d x %d pixels are too many numbers for a run"
              .formatted(batch, size, size));
    }
    return Shape.of(batch, channels, size, size);
  }

  private static long[] medianStepTimes(Session session, Shape input) {
    Tensor images = Tensor.of(input, new float[(int) input.elementCount()]);
    try (ProgressBar _ = Progress.start("warming up, measuring", -1)) {
      session.warmUp(input);
      return medianStepTimes(session, images, new long[PROFILED_RUNS][]);
    }
  }

  private static long[] medianStepTimes(Session session, Tensor images, long[][] runs) {
    for (int run = 0; run < runs.length; run++) {
      runs[run] = session.profile(images);
    }
    long[] medians = new long[runs[0].length];
    for (int step = 0; step < medians.length; step++) {
      int index = step;
      long[] times = Arrays.stream(runs).mapToLong(run -> run[index]).sorted().toArray();
      medians[step] = times[times.length / 2];
    }
    return medians;
  }

  private static void print(
      PrintWriter out,
      Model model,
      Session session,
      Shape input,
      GraphStatistics statistics,
      ExecutionReport report,
      long[] nanos) {
    Metadata metadata = model.metadata();
    out.printf("architecture  %s%n", Printable.of(metadata.source().architecture()));
    out.printf(
        "imported from %s (SHA-256 %s)%n",
        Printable.of(metadata.source().checkpoint()), Printable.of(metadata.source().sha256()));
    out.printf("preprocessing %s%n", metadata.preprocessing());
    out.printf("labels        %d%n%n", metadata.labels().size());
    Table layers = new Table("layer", "operator", "output", "parameters ", "MACs ");
    for (GraphStatistics.NodeStatistics node : statistics.nodes()) {
      layers.add(
          node.name(),
          node.operator(),
          node.output().toString(),
          "%,d".formatted(node.parameters()),
          "%,d".formatted(node.multiplyAccumulates()));
    }
    layers.print(out);
    out.printf(
        "total: %,d parameters (%,d more are fixed), %,d multiply-accumulates an image%n%n",
        statistics.parameters(), statistics.fixedParameters(), statistics.multiplyAccumulates());
    out.printf("plan for %s on %s (%s)%n", input, session.device(), session.backend());
    printSteps(out, input, report, nanos);
    out.printf(
        "%d steps; memory: %,d bytes for activations (%,d is the least possible), %,d for"
            + " weights%n",
        report.steps().size(), report.activationBytes(), report.liveBytes(), report.weightBytes());
  }

  private static void printSteps(
      PrintWriter out, Shape input, ExecutionReport report, long[] nanos) {
    boolean timed = nanos.length > 0;
    long total = Arrays.stream(nanos).sum();
    Table steps =
        timed
            ? new Table("step", "kind", "output", "kernel", "us ", "% ", "GMAC/s ")
            : new Table("step", "kind", "output", "kernel");
    for (int i = 0; i < report.steps().size(); i++) {
      StepReport step = report.steps().get(i);
      if (timed) {
        double macs = (double) step.multiplyAccumulates() * input.extent(0);
        steps.add(
            step.name(),
            step.kind(),
            step.output().toString(),
            step.kernel(),
            "%.1f".formatted(nanos[i] / 1e3),
            "%.1f".formatted(100.0 * nanos[i] / total),
            "%.1f".formatted(macs / nanos[i]));
      } else {
        steps.add(step.name(), step.kind(), step.output().toString(), step.kernel());
      }
    }
    steps.print(out);
    if (timed) {
      out.printf("sum of the steps' medians: %.1f us%n", total / 1e3);
    }
  }

  private static Map<String, Object> fields(
      Model model,
      Session session,
      GraphStatistics statistics,
      ExecutionReport report,
      long[] nanos) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("architecture", model.metadata().source().architecture());
    fields.put("parameters", statistics.parameters());
    fields.put("fixedParameters", statistics.fixedParameters());
    fields.put("multiplyAccumulates", statistics.multiplyAccumulates());
    List<Map<String, Object>> layers = new ArrayList<>();
    for (GraphStatistics.NodeStatistics node : statistics.nodes()) {
      Map<String, Object> layer = new LinkedHashMap<>();
      layer.put("name", node.name());
      layer.put("operator", node.operator());
      layer.put("output", node.output().toArray());
      layer.put("parameters", node.parameters());
      layer.put("multiplyAccumulates", node.multiplyAccumulates());
      layers.add(layer);
    }
    fields.put("layers", layers);
    fields.put("device", session.device().toString());
    fields.put("backend", session.backend());
    List<Map<String, Object>> steps = new ArrayList<>();
    for (int i = 0; i < report.steps().size(); i++) {
      StepReport step = report.steps().get(i);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", step.name());
      entry.put("kind", step.kind());
      entry.put("kernel", step.kernel());
      entry.put("output", step.output().toArray());
      entry.put("multiplyAccumulates", step.multiplyAccumulates());
      if (nanos.length > 0) {
        entry.put("nanoseconds", nanos[i]);
      }
      steps.add(entry);
    }
    fields.put("steps", steps);
    fields.put("activationBytes", report.activationBytes());
    fields.put("liveBytes", report.liveBytes());
    fields.put("weightBytes", report.weightBytes());
    return fields;
  }
}
