package dev.vgnet.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what a bug report or a puzzled user needs: Java, machine, and each backend's own word. */
@Command(
    name = "doctor",
    description = "Shows the JDK, the processors, and which devices can be used or why not.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> report = report();
    if (json) {
      spec.commandLine()
          .getOut()
          .println(JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report));
      return 0;
    }
    report.forEach(
        (key, value) -> {
          if (!(value instanceof List<?>)) {
            spec.commandLine().getOut().printf("%-12s %s%n", key, value);
          }
        });
    spec.commandLine().getOut().println();
    Table table = new Table("backend", "device", "usable", "detail");
    for (Backend backend : Backends.all()) {
      Availability availability = backend.probe();
      table.add(
          backend.name(),
          backend.device().toString(),
          availability.available() ? "yes" : "no",
          availability.detail());
    }
    table.print(spec.commandLine().getOut());
    return 0;
  }

  private static Map<String, Object> report() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("java", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
    report.put("vm", System.getProperty("java.vm.name"));
    report.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    report.put("processors", Runtime.getRuntime().availableProcessors());
    report.put("heap", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB at most");
    List<Map<String, Object>> backends = new ArrayList<>();
    for (Backend backend : Backends.all()) {
      Availability availability = backend.probe();
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", backend.name());
      entry.put("device", backend.device().toString());
      entry.put("usable", availability.available());
      entry.put("detail", availability.detail());
      backends.add(entry);
    }
    report.put("backends", backends);
    return report;
  }
}
