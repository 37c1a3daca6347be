package dev.vgnet.bench;

import dev.vgnet.bench.measure.NetworkResult;
import dev.vgnet.bench.measure.ResultFile;
import dev.vgnet.bench.report.GpuResults;
import dev.vgnet.bench.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "report",
    description = "Writes table.md and the charts anew from a folder's results.json.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "What was written by vgnet bench.")
  private Path folder;

  @Option(
      names = "--gpu",
      paramLabel = "FILE",
      split = ",",
      description = "Results of bench/gpu/run and peer.py on a GPU machine.")
  private List<Path> gpu = List.of();

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description =
          "Put charts and tables into a page in Markdown, in place of what is between the lines"
              + " <!-- begin tables --> and <!-- end tables -->, and do not print them.")
  private Path page;

  @Override
  public Integer call() throws IOException {
    ResultFile<NetworkResult> file =
        ResultFile.read(folder.resolve("results.json"), NetworkResult.class);
    Report report = new Report(file, GpuResults.read(gpu));
    List<String> charts = report.write(folder);
    if (page == null) {
      spec.commandLine().getOut().println(report.text());
    } else {
      report.insert(page, folder, charts);
    }
    return 0;
  }
}
