package dev.vgnet.bench.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Networks as TorchScript, which only PyTorch itself can make. */
public final class TorchScript {
  /** Names the Python that has PyTorch. */
  public static final String PYTHON_PROPERTY = "dev.vgnet.bench.python";

  private TorchScript() {}

  /** Tells further JVMs what this one was told. */
  public static List<String> jvmFlags() {
    String python = System.getProperty(PYTHON_PROPERTY);
    return python == null ? List.of() : List.of("-D" + PYTHON_PROPERTY + "=" + python);
  }

  /** Why it cannot be made here, if so. */
  static Optional<String> obstacle() throws IOException, InterruptedException {
    try {
      String failure = python("-c", "import numpy, torch");
      return failure.isEmpty()
          ? Optional.empty()
          : Optional.of(
              "%s cannot import PyTorch, which makes its TorchScript files (%s); --python names"
                      .formatted(python(), failure.lines().toList().getLast())
                  + " another");
    } catch (IOException e) {
      return Optional.of("%s cannot be run; --python names another".formatted(python()));
    }
  }

  /** Traces a network for images of the workload's shape. */
  static void write(Workload workload, Path file) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("vgnet");
    Path script = folder.resolve("peer.py");
    Path weights = folder.resolve("model.safetensors");
    try (InputStream peer = TorchScript.class.getResourceAsStream("peer.py")) {
      Files.copy(peer, script, StandardCopyOption.REPLACE_EXISTING);
      workload.write(weights);
      String failure =
          python(
              script.toString(),
              weights.toString(),
              "--batch",
              Integer.toString(workload.shape().extent(0)),
              "--size",
              Integer.toString(workload.shape().extent(2)),
              "--write-torchscript",
              file.toString());
      if (!failure.isEmpty()) {
        throw new IOException("no TorchScript: " + failure);
      }
    } finally {
      Files.deleteIfExists(script);
      Files.deleteIfExists(weights);
      Files.delete(folder);
    }
  }

  /** Runs it, and returns what it said if it failed. */
  private static String python(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(python()));
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes());
    return process.waitFor() == 0
        ? ""
        : said.strip().isEmpty() ? "exit code " + process.exitValue() : said.strip();
  }

  private static String python() {
    return System.getProperty(PYTHON_PROPERTY, "python3");
  }
}
