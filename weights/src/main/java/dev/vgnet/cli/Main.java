package dev.vgnet.cli;

import dev.vgnet.error.EngineException;
import dev.vgnet.error.ImageShapeException;
import dev.vgnet.error.Printable;
import dev.vgnet.error.Reason;
import dev.vgnet.model.AtomicFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code vgnet} command. Exit codes: 0 done, 1 it could not be done (one line on stderr says
 * why), 2 the command line is wrong (one line, too), 3 a defect of this program (with a stack
 * trace), 141 nobody reads what it prints any more, as of a program that ends by SIGPIPE.
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
      ExportCommand.class,
      ListCommand.class,
      DoctorCommand.class,
      CommandLine.HelpCommand.class
    },
    footer = "  bench     Measure latency beside other engines (in the project's own folder).")
public final class Main {
  static final int FAILED = 1;
  static final int DEFECT = 3;
  static final int BROKEN_PIPE = 141;

  private Main() {}

  /**
   * @param args the command line; {@code --help} explains it
   */
  public static void main(String[] args) {
    run(new Main(), args);
  }

  /**
   * Is the whole program: runs a command and ends the process, leaving no part of a file if it is
   * interrupted.
   *
   * @param command annotated for picocli
   */
  public static void run(Object command, String... args) {
    // The text is English, and its numbers are copied into programs.
    Locale.setDefault(Locale.ROOT);
    Runtime.getRuntime().addShutdownHook(new Thread(AtomicFile::abandonAll));
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(output, true, System.out.charset()));
    int exitCode = execute(command, args);
    System.exit(exitCode(exitCode, output, new PrintWriter(System.err)));
  }

  /** How the program ends, given how the command did; what it printed may be lost. */
  static int exitCode(int soFar, StandardOutput output, PrintWriter err) {
    if (soFar != CommandLine.ExitCode.OK || output.failure().isEmpty()) {
      return soFar;
    }
    return output.isBrokenPipe()
        ? BROKEN_PIPE
        : fail(err, "standard output could not be written: " + output.failure().get().getMessage());
  }

  /**
   * Runs a command; failures are one line on stderr, defects a stack trace.
   *
   * @param command annotated for picocli
   * @return the exit code
   */
  public static int execute(Object command, String... args) {
    CommandLine commandLine = commandLine(command);
    int exitCode;
    try {
      exitCode = commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      return fail(
          commandLine.getErr(),
          "not enough memory (%s); VGNET_JAVA_OPTIONS=-Xmx8g would allow 8 GiB"
              .formatted(e.getMessage()));
    } catch (Error e) {
      return tellDefect(e, commandLine);
    }
    commandLine.getOut().flush();
    return exitCode;
  }

  static CommandLine commandLine() {
    return commandLine(new Main());
  }

  static CommandLine commandLine(Object command) {
    CommandLine commandLine = new CommandLine(command);
    // In the encoding of the terminal: picocli's own writers take UTF-8 for it.
    commandLine.setOut(new PrintWriter(System.out, true));
    commandLine.setErr(new PrintWriter(System.err, true));
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExpandAtFiles(false); // a picture may be called @2x.png
    commandLine.registerConverter(Path.class, new FileName());
    commandLine.setParameterExceptionHandler(Main::reportMisuse);
    commandLine.setExecutionExceptionHandler(Main::report);
    commandLine
        .getSubcommands()
        .values()
        .forEach(subcommand -> subcommand.getCommandSpec().versionProvider(new Version()));
    return commandLine;
  }

  private static int reportMisuse(ParameterException misuse, String[] args) {
    CommandLine command = misuse.getCommandLine();
    if (args.length == 0) {
      command.usage(command.getErr());
      return CommandLine.ExitCode.USAGE;
    }
    return misused(
        command, misuse instanceof UnmatchedArgumentException e ? unknown(e) : misuse.getMessage());
  }

  private static int misused(CommandLine command, String message) {
    fail(
        command.getErr(),
        "%s (%s --help explains)".formatted(message, command.getCommandSpec().qualifiedName()));
    return CommandLine.ExitCode.USAGE;
  }

  private static String unknown(UnmatchedArgumentException misuse) {
    String kind =
        misuse.isUnknownOption()
            ? "option"
            : misuse.getCommandLine().getSubcommands().isEmpty() ? "argument" : "command";
    String alike = String.join(" or ", misuse.getSuggestions());
    return "unknown %s '%s'%s"
        .formatted(
            kind,
            misuse.getUnmatched().getFirst(),
            alike.isEmpty() ? "" : "; did you mean %s?".formatted(alike));
  }

  private static int report(Exception failure, CommandLine command, ParseResult parsed) {
    if (failure instanceof UsageFailure) {
      return misused(command, failure.getMessage());
    }
    boolean expected =
        failure instanceof EngineException
            || failure instanceof IOException
            || failure instanceof CommandFailure
            || failure instanceof ImageShapeException;
    if (expected) {
      return fail(command.getErr(), message(failure));
    }
    return tellDefect(failure, command);
  }

  private static int tellDefect(Throwable defect, CommandLine command) {
    defect.printStackTrace(command.getErr());
    command.getErr().flush();
    return DEFECT;
  }

  private static int fail(PrintWriter err, String message) {
    err.println(line(message));
    err.flush();
    return FAILED;
  }

  /** What stderr says of something that could not be done. */
  static String line(String message) {
    return "vgnet: " + Printable.of(message.strip().replaceAll("\\s*\\R\\s*", "; "));
  }

  /** Why something could not be done. */
  static String message(Exception failure) {
    return switch (failure) {
      case FileSystemException e when e.getReason() != null -> e.getMessage();
      case NoSuchFileException e -> e.getFile() + ": no such file";
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      default -> Reason.of(failure);
    };
  }
}
