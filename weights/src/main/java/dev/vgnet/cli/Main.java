package dev.vgnet.cli;

import dev.vgnet.error.EngineException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/**
 * The {@code vgnet} command. Exit codes: 0 done, 1 it could not be done (one line on stderr says
 * why), 2 the command line is wrong, 3 a defect of this program (with a stack trace).
 */
@Command(
    name = "vgnet",
    description = "Runs convolutional image networks: import a PyTorch checkpoint, classify.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      ImportCommand.class,
      ClassifyCommand.class,
      RunCommand.class,
      InspectCommand.class,
      ListCommand.class,
      DoctorCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main {
  static final int FAILED = 1;
  static final int DEFECT = 3;

  private Main() {}

  /**
   * @param args the command line; {@code --help} explains it
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(Main::report);
    return commandLine;
  }

  private static int report(Exception failure, CommandLine command, ParseResult parsed) {
    boolean expected =
        failure instanceof EngineException
            || failure instanceof IOException
            || failure instanceof CommandFailure;
    if (expected) {
      command.getErr().println("vgnet: " + oneLine(failure));
      return FAILED;
    }
    failure.printStackTrace(command.getErr());
    return DEFECT;
  }

  private static String oneLine(Exception failure) {
    String message = failure.getMessage();
    if (failure instanceof NoSuchFileException) {
      return message + ": no such file";
    }
    return message == null
        ? failure.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
