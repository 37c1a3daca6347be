package dev.vgnet.bench;

import dev.vgnet.bench.engine.Djl;
import dev.vgnet.bench.engine.EngineKind;
import dev.vgnet.bench.engine.TorchScript;
import dev.vgnet.bench.measure.Conditions;
import dev.vgnet.bench.measure.Effort;
import dev.vgnet.bench.measure.Measure;
import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.measure.Setting;
import dev.vgnet.bench.report.GpuResults;
import dev.vgnet.bench.report.PaperTable;
import dev.vgnet.bench.report.Report;
import dev.vgnet.bench.report.Tables;
import dev.vgnet.error.DeviceUnavailableException;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "vgnet bench",
    description = {
      "Measures the networks of the papers' tables beside other engines.",
      "%nWrites results.json (after each setting, so that it may be stopped at any time), table.md"
          + " and charts as SVG and PNG. Latency is the time from an array of images to an array of"
          + " logits; engines take turns within each JVM of JMH.",
      "%nThe weights are random, as their values do not change the time: no file is needed."
          + " `vgnet inspect MODEL --profile` measures a weight file of your own.%n"
    },
    mixinStandardHelpOptions = true,
    versionProvider = dev.vgnet.cli.Version.class,
    subcommands = {
      LayersCommand.class,
      StartUpCommand.class,
      SharingCommand.class,
      ReportCommand.class,
      CompareCommand.class,
      CommandLine.HelpCommand.class
    })
final class BenchCommand implements Callable<Integer> {
  /** Whose networks. */
  enum Table {
    VGNET,
    BSCONV,
    ZOO
  }

  /** Engines to compare with on the CPU. */
  enum Peer {
    NONE,
    ORT,
    DJL
  }

  /** Where this engine runs. */
  enum On {
    CPU,
    CUDA
  }

  @Spec private CommandSpec spec;
  @Mixin private MeasureOptions options;

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      split = ",",
      description =
          "vgnet (Table 3 of its paper), bsconv (the networks of its paper, each beside the one it"
              + " changes), zoo (every network); default: vgnet, and those of --models.")
  private Set<Table> tables = Set.of();

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "16",
      description = "Images a run (default: ${DEFAULT-VALUE}).")
  private List<Integer> batches;

  @Option(
      names = "--devices",
      paramLabel = "DEVICE",
      split = ",",
      defaultValue = "cpu",
      description = "Where this engine runs: cpu, cuda; default: ${DEFAULT-VALUE}.")
  private Set<On> devices;

  @Option(
      names = "--peers",
      paramLabel = "PEER",
      split = ",",
      defaultValue = "ort",
      description =
          "On the CPU: ort (ONNX Runtime), djl (PyTorch through DJL; needs a Python with PyTorch),"
              + " none; default: ${DEFAULT-VALUE}. What a folder holds of others is kept, marked.")
  private Set<Peer> peers;

  @Option(
      names = "--gpu",
      paramLabel = "FILE",
      split = ",",
      description = "Results of bench/gpu/run and peer.py on a GPU machine, for the table.")
  private List<Path> gpu = List.of();

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      description = "A Python with PyTorch, for djl (default: python3).")
  private String python;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (python != null) {
      System.setProperty(TorchScript.PYTHON_PROPERTY, python);
    }
    PrintWriter out = spec.commandLine().getOut();
    GpuResults gpuResults = GpuResults.read(gpu);
    List<Setting> settings = settings(out);
    Path path = options.file("results.json");
    Effort effort = options.isQuick() ? new Effort(3, 1, 8, 100) : new Effort(5, 2, 30, 100);
    Conditions conditions = Conditions.here();
    if (settings.stream().anyMatch(setting -> setting.engines().contains(EngineKind.DJL))) {
      conditions = conditions.withVersions(Djl.versions());
    }
    if (settings.stream().anyMatch(setting -> setting.threads() == 0)) {
      conditions = conditions.withGpu();
    }
    Measure measure = new Measure(effort, options.isAgain(), conditions, out);
    ResultFile<NetworkResult> file = measure.networks(path, settings, Tables::summary);
    Report report = new Report(file, gpuResults);
    report.write(options.folder());
    out.println(report.text());
    return measure.failed() ? 1 : 0;
  }

  private List<Setting> settings(PrintWriter out) throws IOException, InterruptedException {
    List<EngineKind> onCpu = new ArrayList<>(List.of(EngineKind.VGNET));
    onCpu.addAll(peers(out));
    List<EngineKind> onGpu =
        List.of(EngineKind.CUDA_FP32, EngineKind.CUDA_TF32, EngineKind.CUDA_FP16);
    boolean hasGpu = devices.contains(On.CUDA) && findsGpu(out);
    List<Setting> settings = new ArrayList<>();
    List<String> models = models();
    List<Integer> sizes = MeasureOptions.batches(batches, models);
    for (String model : models) {
      for (int batch : sizes) {
        if (devices.contains(On.CPU)) {
          options
              .threads()
              .forEach(threads -> settings.add(new Setting(model, batch, threads, onCpu)));
        }
        if (hasGpu) {
          settings.add(new Setting(model, batch, 0, onGpu));
        }
      }
    }
    return settings;
  }

  /** A line says why there is none; it is no failure as long as something can be measured. */
  private boolean findsGpu(PrintWriter out) {
    try {
      Backends.choose(Device.CUDA, Optional.empty());
      return true;
    } catch (DeviceUnavailableException e) {
      if (!devices.contains(On.CPU)) {
        throw e;
      }
      out.println("cuda is left out: " + e.getMessage());
      return false;
    }
  }

  private List<String> models() throws IOException {
    return tables.isEmpty()
        ? options.wanted(
            models(EnumSet.allOf(Table.class)), models(Set.of(Table.VGNET)), "see vgnet list")
        : options.wanted(models(tables), "see vgnet list, and --table for others");
  }

  private static Set<String> models(Set<Table> tables) throws IOException {
    Set<String> models = new LinkedHashSet<>();
    for (Table table : tables) {
      PaperTable paper =
          switch (table) {
            case VGNET -> PaperTable.vgnet();
            case BSCONV -> PaperTable.bsconv();
            case ZOO -> PaperTable.zoo();
          };
      paper.rows().forEach(row -> models.add(row.model()));
    }
    return models;
  }

  /** Those that can be measured here; a line says why another cannot. */
  private List<EngineKind> peers(PrintWriter out) throws IOException, InterruptedException {
    List<EngineKind> found = new ArrayList<>();
    if (peers.contains(Peer.ORT)) {
      found.add(EngineKind.ORT);
    }
    if (peers.contains(Peer.DJL)) {
      Optional<String> obstacle = Djl.obstacle();
      obstacle.ifPresent(reason -> out.println("djl is left out: " + reason));
      if (obstacle.isEmpty()) {
        found.add(EngineKind.DJL);
      }
    }
    return found;
  }
}
