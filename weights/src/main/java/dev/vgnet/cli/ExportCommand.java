package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.onnx.OnnxExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The way out: a model as a file that other engines read. */
@Command(
    name = "export",
    description = "Writes a model for other engines.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "A weight file.")
  private Path model;

  @Option(
      names = "--onnx",
      required = true,
      paramLabel = "FILE.onnx",
      description = "Where to write the ONNX model; its weights are float32.")
  private Path onnx;

  @Override
  public Integer call() throws IOException {
    OutputFile.check(onnx, List.of(model));
    OnnxExport.write(Model.load(model), onnx);
    spec.commandLine()
        .getOut()
        .printf("%s: ONNX opset %d, %,d bytes%n", onnx, OnnxExport.OPSET, Files.size(onnx));
    return 0;
  }
}
