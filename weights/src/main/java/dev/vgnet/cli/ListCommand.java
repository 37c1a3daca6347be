package dev.vgnet.cli;

import dev.vgnet.zoo.ArchitectureInfo;
import dev.vgnet.zoo.Zoo;
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

/** The architectures that can be imported. */
@Command(
    name = "list",
    description = "Lists the architectures with their parameters and multiply-accumulates.",
    mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<ArchitectureInfo> architectures = Zoo.architectures();
    if (json) {
      List<Map<String, Object>> list = new ArrayList<>();
      architectures.forEach(info -> list.add(fields(info)));
      JsonOutput.print(list, out);
      return 0;
    }
    Table table = new Table("architecture", "parameters ", "MACs (M) ", "paper");
    for (ArchitectureInfo info : architectures) {
      table.add(
          info.name(),
          "%,d".formatted(info.parameters()),
          "%.1f".formatted(info.multiplyAccumulates() / 1e6),
          info.reported());
    }
    table.print(out);
    return 0;
  }

  private static Map<String, Object> fields(ArchitectureInfo info) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", info.name());
    fields.put("parameters", info.parameters());
    fields.put("multiplyAccumulates", info.multiplyAccumulates());
    fields.put("family", info.family());
    fields.put("imageSize", info.imageSize());
    fields.put("reported", info.reported());
    fields.put("notes", info.notes());
    return fields;
  }
}
