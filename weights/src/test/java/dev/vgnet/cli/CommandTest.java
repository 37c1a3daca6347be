package dev.vgnet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands as a user meets them: what they print, write and return. */
class CommandTest {
  private static final Path CHECKPOINT = Path.of("train", "demo.pth");
  private static final Path MODEL = Path.of("demo", "vgnetg_demo.safetensors");
  private static final Path SAMPLES = Path.of("train", "samples");

  @TempDir private Path folder;

  private record Result(int exitCode, String out, String err) {}

  private static Result run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int exitCode = commandLine.execute(words);
    return new Result(exitCode, out.toString(), err.toString());
  }

  private static void assertFailsInOneLine(String expected, Result result) {
    assertEquals(1, result.exitCode(), result.toString());
    assertEquals(1, result.err().strip().lines().count(), result.err());
    assertTrue(result.err().contains(expected), result.err());
  }

  @Test
  void importsACheckpointThatRunsAsTheBundledModelDoes() throws IOException {
    Path model = folder.resolve("m.safetensors");
    Result imported =
        run("import", CHECKPOINT, "-o", model, "--labels", "train/labels.txt", "--image-size", 96);
    assertEquals(0, imported.exitCode(), imported.err());
    assertTrue(imported.out().contains("257,836 parameters"), imported.out());
    assertTrue(imported.out().contains("verified"), imported.out());

    Tensor images = images(Shape.of(5, 3, 70, 90));
    Path input = folder.resolve("x.npy");
    Path output = folder.resolve("y.npy");
    NpyFile.write(input, images);
    Result ran = run("run", model, "--input", input, "--output", output, "--batch", 2);
    assertEquals(0, ran.exitCode(), ran.err());
    Tensor logits = NpyFile.read(output);
    assertEquals(Shape.of(5, 12), logits.shape());
    try (Session session = Model.load(MODEL).newSession(SessionOptions.defaults())) {
      assertArrayEquals(session.run(images).toFloatArray(), logits.toFloatArray(), 1e-5f);
    }
  }

  @Test
  void importSpeaksJson() throws IOException {
    Result result = run("import", CHECKPOINT, "-o", folder.resolve("m.safetensors"), "--json");
    Map<String, Object> json = JSON.std.mapFrom(result.out());
    assertEquals("vgnetg_custom", json.get("architecture"));
    assertEquals(257_836, json.get("parameters"));
  }

  @Test
  void classifiesPicturesAndDrawsASheet() throws IOException {
    Path sheet = folder.resolve("sheet.png");
    Result result =
        run(
            "classify",
            MODEL,
            SAMPLES.resolve("heart.jpg"),
            SAMPLES.resolve("star.png"),
            "--top",
            2,
            "--json",
            "--sheet",
            sheet);
    assertEquals(0, result.exitCode(), result.err());
    List<?> pictures = (List<?>) JSON.std.anyFrom(result.out());
    assertEquals(List.of("heart", "star"), pictures.stream().map(CommandTest::bestLabel).toList());
    assertTrue(javax.imageio.ImageIO.read(sheet.toFile()).getWidth() > 100);
    Result table = run("classify", MODEL, SAMPLES.resolve("tree.jpg"));
    assertTrue(table.out().contains("tree.jpg"), table.out());
  }

  private static Object bestLabel(Object picture) {
    List<?> predictions = (List<?>) ((Map<?, ?>) picture).get("predictions");
    assertEquals(2, predictions.size());
    return ((Map<?, ?>) predictions.getFirst()).get("label");
  }

  @Test
  void inspectsLayersPlanAndMemory() throws IOException {
    Result text = run("inspect", MODEL, "--threads", 1);
    assertEquals(0, text.exitCode(), text.err());
    assertTrue(text.out().contains("features.stem.0"), text.out());
    assertTrue(text.out().contains("pointwise"), text.out());
    Map<String, Object> json = JSON.std.mapFrom(run("inspect", MODEL, "--json").out());
    assertEquals(257_836, json.get("parameters"));
    assertTrue(((Number) json.get("activationBytes")).longValue() > 0);
    Map<String, Object> reference =
        JSON.std.mapFrom(run("inspect", MODEL, "--json", "--backend", "reference").out());
    assertEquals("reference", reference.get("backend"));
  }

  @Test
  void listsArchitecturesAndDevices() throws IOException {
    assertTrue(run("list").out().contains("997,358"));
    List<?> architectures = (List<?>) JSON.std.anyFrom(run("list", "--json").out());
    assertTrue(architectures.size() >= 19);
    assertTrue(run("doctor").out().contains("vector"));
    Map<String, Object> doctor = JSON.std.mapFrom(run("doctor", "--json").out());
    assertTrue(((List<?>) doctor.get("backends")).size() >= 2);
  }

  @Test
  void saysInOneLineWhatIsWrong() throws IOException {
    Path model = folder.resolve("m.safetensors");
    Path junk = Files.writeString(folder.resolve("junk.pth"), "not a checkpoint");
    assertFailsInOneLine("no such file", run("import", folder.resolve("none.pth"), "-o", model));
    assertFailsInOneLine("junk.pth", run("import", junk, "-o", model));
    assertFailsInOneLine("junk.pth", run("inspect", junk));
    assertFailsInOneLine("labels", run("import", CHECKPOINT, "-o", model, "--labels", junk));
    assertFailsInOneLine("CUDA", run("inspect", MODEL, "--device", "cuda"));
    assertFailsInOneLine("abacus", run("inspect", MODEL, "--backend", "abacus"));
    assertFailsInOneLine("junk.pth", run("classify", MODEL, junk));
    assertFailsInOneLine("--threads", run("inspect", MODEL, "--threads", 0));
    Path wrong = folder.resolve("wrong.npy");
    NpyFile.write(wrong, images(Shape.of(1, 4, 8, 8)));
    assertFailsInOneLine(
        "[1, 4, 8, 8]", run("run", MODEL, "--input", wrong, "--output", folder.resolve("y.npy")));
    assertTrue(Files.notExists(model), "nothing is written when an import fails");
  }

  @Test
  void explainsItselfAndRefusesAWrongCommandLine() {
    for (String command :
        List.of("demo", "import", "classify", "run", "inspect", "list", "doctor")) {
      Result help = run(command, "--help");
      assertEquals(0, help.exitCode());
      assertTrue(help.out().contains("Usage: vgnet " + command), help.out());
    }
    assertEquals(2, run("inspect").exitCode());
    assertEquals(2, run("import", CHECKPOINT, "--no-such-option").exitCode());
    assertEquals(2, run("no-such-command").exitCode());
  }

  private static Tensor images(Shape shape) {
    Random random = new Random(3);
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return Tensor.of(shape, values);
  }
}
