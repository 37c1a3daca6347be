package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.model.Labels;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.ModelFiles;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.Checkpoints;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.ImportedModel;
import dev.vgnet.zoo.Zoo;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns a PyTorch checkpoint into a weight file, and proves it by running the file once. */
@Command(
    name = "import",
    description = {
      "Turns a PyTorch checkpoint into a weight file.",
      "Reads what torch.save wrote (.pth, .pt) and .safetensors; recognises the network from its"
          + " keys and shapes; runs nothing that the checkpoint contains."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  /** The main activations a VGNet may have. */
  enum MainActivation {
    RELU,
    SILU
  }

  private static final int IMAGENET_CLASSES = 1000;

  @Spec private CommandSpec spec;
  @Mixin private PreprocessingMixin preprocessing;

  @Parameters(paramLabel = "CHECKPOINT", description = "The checkpoint.")
  private Path checkpoint;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE.safetensors",
      description = "The weight file to write; an existing one is replaced.")
  private Path output;

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description = "The architecture, where it cannot be recognised (see `vgnet list`).")
  private Optional<String> architecture = Optional.empty();

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description =
          "The activation, which a checkpoint does not say: ${COMPLETION-CANDIDATES}"
              + " (default: that of the network's generation).")
  private Optional<MainActivation> activation = Optional.empty();

  @Option(
      names = "--se-activation",
      paramLabel = "NAME",
      description = "The activation inside squeeze-excite blocks: ${COMPLETION-CANDIDATES}.")
  private Optional<MainActivation> squeezeExciteActivation = Optional.empty();

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "One class name a line (default for 1,000 classes: ImageNet's).")
  private Optional<Path> labels = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    OutputFile.check(output, Stream.concat(Stream.of(checkpoint), labels.stream()).toList());
    List<String> names = labels.isPresent() ? Labels.read(labels.get()) : List.of();
    StateDict stateDict = Checkpoints.read(checkpoint);
    ImportOptions options =
        new ImportOptions(
            architecture,
            activation.map(a -> Function.valueOf(a.name())),
            squeezeExciteActivation.map(a -> Function.valueOf(a.name())),
            preprocessing.imageSize());
    ImportedModel imported = imported(stateDict, options);
    ModelFile file = customised(imported.file(), names);
    // Weights that give no numbers must not replace a file that does.
    Verification.of(Model.of(file));
    ModelFiles.write(output, file);
    print(imported, stateDict, Verification.of(Model.load(output)));
    return 0;
  }

  private ImportedModel imported(StateDict stateDict, ImportOptions options) {
    try {
      return Zoo.importStateDict(stateDict, checkpoint.toAbsolutePath().toString(), "", options);
    } catch (ModelFormatException e) {
      throw e.inFile(checkpoint);
    } catch (UnsupportedModelException e) {
      throw e.inFile(checkpoint);
    }
  }

  /** With the checksum, too: to take it is to read the file, in vain where it is refused. */
  private ModelFile customised(ModelFile file, List<String> names) throws IOException {
    Metadata base = file.metadata();
    Metadata.Source source = base.source();
    Metadata metadata =
        new Metadata(
            preprocessing.customise(base.preprocessing()),
            names(classes(file), names),
            new Metadata.Source(source.checkpoint(), sha256(checkpoint), source.architecture()));
    return new ModelFile(file.graph(), file.tensors(), metadata);
  }

  /** The names that were given, one a class, else ImageNet's if there are as many classes. */
  private List<String> names(long classes, List<String> given) {
    if (labels.isEmpty()) {
      return classes == IMAGENET_CLASSES ? Labels.imageNet() : List.of();
    }
    if (given.size() != classes) {
      throw new ModelFormatException(
          labels.get().toString(),
          "expected %d labels, one a class, found %d".formatted(classes, given.size()));
    }
    return given;
  }

  private static long classes(ModelFile file) {
    int size = file.metadata().preprocessing().crop();
    return ShapeInference.infer(file.graph(), Tensor.shapes(file.tensors()), size, size)
        .get(file.graph().outputs().getFirst())
        .elementCount();
  }

  private void print(ImportedModel imported, StateDict stateDict, Verification verification)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<String> findings = new ArrayList<>(stateDict.notes());
    findings.addAll(imported.findings());
    if (json) {
      printJson(imported.architecture(), findings, verification, out);
    } else {
      printText(imported.architecture(), findings, verification, out);
    }
  }

  private void printJson(
      String network, List<String> findings, Verification verification, PrintWriter out)
      throws IOException {
    GraphStatistics statistics = verification.statistics();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("output", output.toString());
    fields.put("architecture", network);
    fields.put("parameters", statistics.parameters());
    fields.put("fixedParameters", statistics.fixedParameters());
    fields.put("multiplyAccumulates", statistics.multiplyAccumulates());
    fields.put("input", verification.input().toArray());
    fields.put("logits", verification.logits().toArray());
    fields.put("findings", findings);
    JsonOutput.print(fields, out);
  }

  private void printText(
      String network, List<String> findings, Verification verification, PrintWriter out)
      throws IOException {
    GraphStatistics statistics = verification.statistics();
    out.println(network);
    findings.forEach(finding -> out.println("  " + Printable.of(finding)));
    out.printf(
        "  %,d parameters (%,d more are fixed), %.1f M multiply-accumulates for %s%n",
        statistics.parameters(),
        statistics.fixedParameters(),
        statistics.multiplyAccumulates() / 1e6,
        verification.input());
    out.printf(
        "verified: %s -> %s on the %s backend%n",
        verification.input(), verification.logits(), verification.backend());
    out.printf("written: %s (%,d bytes)%n", output, Files.size(output));
  }

  private static String sha256(Path path) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 20];
      try (InputStream in = Files.newInputStream(path);
          ProgressBar progress = Progress.start("hashing", Files.size(path))) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          digest.update(buffer, 0, count);
          progress.stepBy(count);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
