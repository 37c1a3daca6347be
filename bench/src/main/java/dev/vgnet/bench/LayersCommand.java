package dev.vgnet.bench;

import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.Effort;
import dev.vgnet.bench.measure.Measure;
import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.bench.report.Tables;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "layers",
    description =
        "Measures each step of networks alone, for one image, and writes layers.json and"
            + " layers.md.",
    mixinStandardHelpOptions = true)
final class LayersCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private MeasureOptions options;

  @Override
  public Integer call() throws IOException {
    List<String> models = options.wanted(Zoo.names(), "see vgnet list");
    PrintWriter out = spec.commandLine().getOut();
    Effort effort = options.isQuick() ? new Effort(1, 10, 5, 100) : new Effort(1, 10, 10, 150);
    Measure measure = new Measure(effort, options.isAgain(), Conditions.here(), out);
    String table =
        Tables.layers(measure.layers(options.file("layers.json"), models, options.threads()));
    OutputFiles.write(options.folder().resolve("layers.md"), table);
    out.println(table);
    return measure.failed() ? 1 : 0;
  }
}
