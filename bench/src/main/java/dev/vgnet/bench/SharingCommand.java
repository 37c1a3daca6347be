package dev.vgnet.bench;

import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.Effort;
import dev.vgnet.bench.measure.Measure;
import dev.vgnet.bench.measure.OutputFiles;
import dev.vgnet.bench.measure.Setting;
import dev.vgnet.bench.report.SharingTable;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "sharing",
    description = {
      "Measures networks ("
          + SharingCommand.DEFAULT
          + " unless --models names others) beside ONNX Runtime while others want the cores,"
          + " too.",
      "%nEach engine in turn: alone; beside one Java thread that computes without pause; beside as"
          + " many as there are processors; two sessions that two threads call at once. Writes"
          + " sharing.json (after each setting, so that it may be stopped at any time) and"
          + " sharing.md.%n"
    },
    mixinStandardHelpOptions = true)
final class SharingCommand implements Callable<Integer> {
  static final String DEFAULT = "vgnetg_1_0mp";

  private static final List<EngineKind> ENGINES = List.of(EngineKind.VGNET, EngineKind.ORT);

  @Spec private CommandSpec spec;
  @Mixin private MeasureOptions options;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "1",
      description = "Images a run (default: ${DEFAULT-VALUE}).")
  private List<Integer> batches;

  @Override
  public Integer call() throws IOException {
    List<Setting> settings = settings();
    PrintWriter out = spec.commandLine().getOut();
    Effort effort = options.isQuick() ? new Effort(1, 2, 10, 500) : new Effort(3, 3, 20, 500);
    Measure measure = new Measure(effort, options.isAgain(), Conditions.here(), out);
    String table =
        SharingTable.of(
            measure.sharing(options.file("sharing.json"), settings, SharingTable::summary));
    OutputFiles.write(options.folder().resolve("sharing.md"), table);
    out.println(table);
    return measure.failed() ? 1 : 0;
  }

  private List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    List<String> models = options.wanted(Zoo.names(), List.of(DEFAULT), "see vgnet list");
    List<Integer> sizes = MeasureOptions.batches(batches, models);
    for (String model : models) {
      for (int batch : sizes) {
        for (int threads : options.threads()) {
          settings.add(new Setting(model, batch, threads, ENGINES));
        }
      }
    }
    return settings;
  }
}
