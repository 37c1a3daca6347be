package dev.vgnet.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Labels;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.ModelFiles;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
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
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--image-size",
      paramLabel = "N",
      description = "Side of the square that the network sees, in pixels (default: 224, or 32).")
  private Optional<Integer> imageSize = Optional.empty();

  @Option(
      names = "--resize",
      paramLabel = "N",
      description = "Shorter side of a picture before it is cropped (default: 8/7 of the size).")
  private Optional<Integer> resize = Optional.empty();

  @Option(
      names = "--interpolation",
      paramLabel = "NAME",
      description = "How pictures are resized: ${COMPLETION-CANDIDATES} (default: bilinear).")
  private Optional<Interpolation> interpolation = Optional.empty();

  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "R,G,B",
      description = "Mean of each channel (default: ImageNet's).")
  private List<Double> mean = List.of();

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "R,G,B",
      description = "Standard deviation of each channel (default: ImageNet's).")
  private List<Double> std = List.of();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    StateDict stateDict = Checkpoints.read(checkpoint);
    ImportOptions options =
        new ImportOptions(
            architecture,
            activation.map(a -> Function.valueOf(a.name())),
            squeezeExciteActivation.map(a -> Function.valueOf(a.name())),
            imageSize,
            Optional.empty(),
            labels.isPresent() ? Labels.read(labels.get()) : List.of());
    ImportedModel imported =
        Zoo.importStateDict(
            stateDict, checkpoint.getFileName().toString(), sha256(checkpoint), options);
    ModelFiles.write(output, customised(imported.file()));
    print(imported, stateDict, verify());
    return 0;
  }

  private ModelFile customised(ModelFile file) {
    Preprocessing base = file.metadata().preprocessing();
    try {
      Preprocessing preprocessing =
          new Preprocessing(
              resize.orElse(base.resize()),
              base.crop(),
              interpolation.orElse(base.interpolation()),
              mean.isEmpty() ? base.mean() : mean,
              std.isEmpty() ? base.std() : std);
      List<String> names = file.metadata().labels();
      if (names.isEmpty() && classes(file) == IMAGENET_CLASSES) {
        names = Labels.imageNet();
      }
      Metadata metadata = new Metadata(preprocessing, names, file.metadata().source());
      return new ModelFile(file.graph(), file.tensors(), metadata);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage());
    }
  }

  private static long classes(ModelFile file) {
    int size = file.metadata().preprocessing().crop();
    return ShapeInference.infer(file.graph(), Tensor.shapes(file.tensors()), size, size)
        .get(file.graph().outputs().getFirst())
        .elementCount();
  }

  /** What the written file, read back, computes for a grey image. */
  private Verification verify() throws IOException {
    Model model = Model.load(output);
    int size = model.metadata().preprocessing().crop();
    GraphStatistics statistics =
        GraphStatistics.of(model.graph(), Tensor.shapes(model.tensors()), size, size);
    Shape input = Shape.of(1, model.graph().inputChannels(), size, size);
    try (Session session = model.newSession(SessionOptions.defaults())) {
      Tensor logits = session.run(Tensor.of(input, new float[(int) input.elementCount()]));
      for (float logit : logits.toFloatArray()) {
        if (!Float.isFinite(logit)) {
          throw new CommandFailure(
              output + ": written, but the network computes " + logit + " for a grey image");
        }
      }
      return new Verification(statistics, input, logits.shape(), session.backend());
    }
  }

  private record Verification(
      GraphStatistics statistics, Shape input, Shape logits, String backend) {}

  private void print(ImportedModel imported, StateDict stateDict, Verification verification)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    GraphStatistics statistics = verification.statistics();
    List<String> findings = new ArrayList<>(stateDict.notes());
    findings.addAll(imported.findings());
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("output", output.toString());
      result.put("architecture", imported.architecture());
      result.put("parameters", statistics.parameters());
      result.put("fixedParameters", statistics.fixedParameters());
      result.put("multiplyAccumulates", statistics.multiplyAccumulates());
      result.put("input", verification.input().toArray());
      result.put("logits", verification.logits().toArray());
      result.put("findings", findings);
      out.println(JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(result));
      return;
    }
    out.println(imported.architecture());
    findings.forEach(finding -> out.println("  " + finding));
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
      try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
