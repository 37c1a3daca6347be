package dev.vgnet.cli;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

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
    description =
        "Lists the architectures by family, with their parameters and multiply-accumulates.",
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
    Map<String, List<ArchitectureInfo>> families =
        architectures.stream()
            .collect(groupingBy(ArchitectureInfo::family, LinkedHashMap::new, toList()));
    Table table = new Table("architecture", "parameters ", "MACs (M) ", "paper");
    families.forEach((family, members) -> add(family, members, table));
    table.print(out);
    return 0;
  }

  /** The family's name and, indented, its networks. */
  private static void add(String family, List<ArchitectureInfo> members, Table table) {
    table.add(family, "", "", "");
    for (ArchitectureInfo info : members) {
      table.add(
          "  " + info.name(),
          "%,d".formatted(info.parameters()),
          "%.1f".formatted(info.multiplyAccumulates() / 1e6),
          info.reported());
    }
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
