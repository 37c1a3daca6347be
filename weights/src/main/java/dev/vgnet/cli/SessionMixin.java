package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.runtime.Device;
import dev.vgnet.runtime.Precision;
import picocli.CommandLine.Option;

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
      description = "Threads that work on a run (default: all processors).")
  private Integer threads;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description =
          "How far a GPU may round: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Precision precision = Precision.FP32;

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
    return model.newSession(options.build());
  }
}
