package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say how to compute, the same for every command that does. */
final class SessionMixin {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "Where to compute: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Device device = Device.AUTO;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "One backend of that device, as `vgnet doctor` lists them (default: the best).")
  private String backend;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that work on a run on the CPU (default: all processors).")
  private Integer threads;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description =
          "How far a GPU may round: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Precision precision = Precision.FP32;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Opens a session; stderr says which of the options have no effect on it. */
  Session open(Model model) {
    SessionOptions.Builder options = SessionOptions.builder().device(device).precision(precision);
    if (backend != null) {
      options.backend(backend);
    }
    if (threads != null) {
      if (threads < 1 || threads > SessionOptions.MAX_THREADS) {
        throw new UsageFailure(
            "--threads must be from 1 to %d, found %d"
                .formatted(SessionOptions.MAX_THREADS, threads));
      }
      options.threads(threads);
    }
    Session session = model.newSession(options.build());
    if (precision != Precision.FP32 && session.device() == Device.CPU) {
      warn("--precision " + precision, session);
    }
    if (threads != null && threads > 1 && !usesThreads(session)) {
      warn("--threads " + threads, session);
    }
    return session;
  }

  private static boolean usesThreads(Session session) {
    return Backends.all().stream()
        .filter(candidate -> candidate.name().equals(session.backend()))
        .anyMatch(Backend::usesThreads);
  }

  private void warn(String option, Session session) {
    String place = "%s (%s)".formatted(session.device(), session.backend());
    Progress.say(command.commandLine().getErr(), Main.line(option + " has no effect on " + place));
  }
}
