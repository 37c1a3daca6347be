package dev.vgnet.cli;

import dev.vgnet.runtime.Availability;
import dev.vgnet.runtime.Backend;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import java.io.IOException;
import java.io.PrintWriter;
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

  /** What is known about a backend, or about a device that has none. */
  private record Finding(String backend, Device device, Availability availability) {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> report = new LinkedHashMap<>(environment());
      report.put("backends", findings().stream().map(DoctorCommand::fields).toList());
      JsonOutput.print(report, out);
      return 0;
    }
    environment().forEach((key, value) -> out.printf("%-12s %s%n", key, value));
    out.println();
    Table table = new Table("backend", "device", "usable", "detail");
    for (Finding finding : findings()) {
      table.add(
          finding.backend,
          finding.device.toString(),
          finding.availability.available() ? "yes" : "no",
          finding.availability.detail());
    }
    table.print(out);
    for (Finding finding : findings()) {
      if (!finding.availability.findings().isEmpty()) {
        out.printf("%n%s:%n", finding.backend);
        finding.availability.findings().forEach(line -> out.println("  " + line));
      }
    }
    return 0;
  }

  private static Map<String, Object> environment() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("java", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
    facts.put("vm", System.getProperty("java.vm.name"));
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("processors", Runtime.getRuntime().availableProcessors());
    facts.put("heap", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB at most");
    return facts;
  }

  private static List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (Backend backend : Backends.all()) {
      findings.add(new Finding(backend.name(), backend.device(), backend.probe()));
    }
    for (Device device : List.of(Device.CPU, Device.CUDA)) {
      if (findings.stream().noneMatch(finding -> finding.device == device)) {
        findings.add(
            new Finding("none", device, new Availability(false, "no backend for it is installed")));
      }
    }
    return findings;
  }

  private static Map<String, Object> fields(Finding finding) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", finding.backend);
    fields.put("device", finding.device.toString());
    fields.put("usable", finding.availability.available());
    fields.put("detail", finding.availability.detail());
    fields.put("findings", finding.availability.findings());
    return fields;
  }
}
