package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what is in pictures. */
@Command(
    name = "classify",
    description = {
      "Prints the most probable labels of each picture.",
      "A file that is no picture is reported on stderr; the exit code is then 1."
    },
    mixinStandardHelpOptions = true)
final class ClassifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SessionMixin sessions;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A weight file.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Pictures: JPEG, PNG, GIF, BMP, …")
  private List<Path> images;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "5",
      description = "Labels a picture (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      description = "Also write a contact sheet with the labels under each picture.")
  private Optional<Path> sheet = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Classifications.checkTop(top);
    if (sheet.isPresent()) {
      Classifications.checkSheet(images.size());
      List<Path> inputs = new ArrayList<>(images);
      inputs.add(model);
      OutputFile.check(sheet.get(), inputs);
    }
    Model loaded = Model.load(model);
    try (Session session = sessions.open(loaded)) {
      List<Classification> results =
          Classifications.of(session, images, top, sheet.isPresent(), this::reportBroken);
      if (json) {
        Classifications.printJson(results, spec.commandLine().getOut());
      } else if (!results.isEmpty()) {
        Classifications.printTable(results, spec.commandLine().getOut());
      }
      if (sheet.isPresent() && !results.isEmpty()) {
        String title = loaded.metadata().source().architecture();
        Classifications.writeSheet(title, results, _ -> Optional.empty(), sheet.get());
      }
      return results.size() == images.size() ? CommandLine.ExitCode.OK : Main.FAILED;
    }
  }

  private void reportBroken(Exception reason) {
    Progress.say(spec.commandLine().getErr(), Main.line(Main.message(reason)));
  }
}
