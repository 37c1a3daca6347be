package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole way from weight file to labelled pictures, with what the project carries. */
@Command(
    name = "demo",
    description = "Classifies the sample pictures with the bundled model.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionMixin sessions;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "3",
      description = "Labels a picture (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      defaultValue = "vgnet-demo.png",
      description = "Where to write the contact sheet (default: ${DEFAULT-VALUE}).")
  private Path sheet;

  @Override
  public Integer call() throws IOException {
    Classifications.checkTop(top);
    Path weights = weightsFolder();
    List<Path> pictures = pictures(weights.resolve("train/samples"));
    Path file = weights.resolve("demo/vgnetg_demo.safetensors");
    OutputFile.check(sheet, Stream.concat(pictures.stream(), Stream.of(file)).toList());
    PrintWriter out = spec.commandLine().getOut();
    Model model = Model.load(file);
    try (Session session = sessions.open(model)) {
      String title =
          "%s on %s (%s)"
              .formatted(
                  model.metadata().source().architecture(), session.device(), session.backend());
      out.println(title);
      try (ProgressBar _ = Progress.start("warming up", -1)) {
        session.warmUp(1);
      }
      List<Classification> results =
          Classifications.of(session, pictures, top, true, DemoCommand::refuse);
      Classifications.printTable(results, out);
      double[] latencies =
          results.stream().mapToDouble(Classification::milliseconds).sorted().toArray();
      out.printf(
          "median latency %.2f ms a picture, resizing included%n", latencies[latencies.length / 2]);
      Classifications.writeSheet(title, results, DemoCommand::label, sheet);
      out.println("contact sheet: " + sheet.toAbsolutePath());
    }
    return 0;
  }

  private static void refuse(Exception broken) {
    throw new CommandFailure(Main.message(broken));
  }

  /** The samples are named by what they show. */
  private static Optional<String> label(Path picture) {
    return Optional.of(picture.getFileName().toString().replaceFirst("\\.[^.]*$", ""));
  }

  private static Path weightsFolder() {
    Path folder = Path.of(System.getProperty("vgnet.home", "."), "weights");
    if (!Files.isDirectory(folder.resolve("demo"))) {
      throw new CommandFailure(
          folder + ": holds no demo; start the command by the project's ./vgnet script");
    }
    return folder;
  }

  private static List<Path> pictures(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.getFileName().toString().startsWith(".")).sorted().toList();
    }
  }
}
