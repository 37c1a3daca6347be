package dev.vgnet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.error.ImageShapeException;
import dev.vgnet.model.ModelFiles;
import dev.vgnet.model.Safetensors;
import dev.vgnet.runtime.Backends;
import dev.vgnet.runtime.Device;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.Checkpoints;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.ImportOptions;
import dev.vgnet.zoo.Zoo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The commands as a user meets them: what they print, write and return. By itself, as a trace holds
 * the steps of all sessions in the process.
 */
@Isolated
class CommandTest {
  private static final Path CHECKPOINT = Path.of("train", "demo.pth");
  private static final Path MODEL = Path.of("demo", "vgnetg_demo.safetensors");
  private static final Path SAMPLES = Path.of("train", "samples");
  private static final SessionOptions ON_CPU = SessionOptions.builder().device(Device.CPU).build();

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
    assertEndsInOneLine(1, expected, result);
  }

  private static void assertMisusedInOneLine(String expected, Result result) {
    assertEndsInOneLine(2, expected, result);
    assertTrue(result.err().contains("--help explains"), result.err());
  }

  private static void assertEndsInOneLine(int exitCode, String expected, Result result) {
    assertEquals(exitCode, result.exitCode(), result.toString());
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
    Result ran =
        run("run", model, "--input", input, "--output", output, "--batch", 2, "--device", "cpu");
    assertEquals(0, ran.exitCode(), ran.err());
    Tensor logits = NpyFile.read(output);
    assertEquals(Shape.of(5, 12), logits.shape());
    try (Session session = Model.load(MODEL).newSession(ON_CPU)) {
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

  @Test
  void oneBrokenPictureDoesNotStopTheOthers() throws IOException {
    Path broken = folder.resolve("broken.jpg");
    Files.writeString(broken, "no picture");
    Path missing = folder.resolve("missing.png");
    Path sheet = folder.resolve("sheet.png");
    Path heart = SAMPLES.resolve("heart.jpg");
    Path tree = SAMPLES.resolve("tree.jpg");
    Result result = run("classify", MODEL, heart, broken, missing, tree, "--sheet", sheet);
    assertEquals(1, result.exitCode());
    assertTrue(result.out().contains("heart.jpg") && result.out().contains("tree.jpg"));
    List<String> complaints = result.err().strip().lines().toList();
    assertEquals(2, complaints.size(), result.err());
    assertTrue(complaints.getFirst().contains("broken.jpg"), result.err());
    assertTrue(complaints.getLast().endsWith("missing.png: no such file"), result.err());
    assertTrue(Files.exists(sheet));

    Result none = run("classify", MODEL, broken, "--json", "--sheet", folder.resolve("none.png"));
    assertFailsInOneLine("broken.jpg", none);
    assertEquals("[ ]", none.out().strip());
    assertTrue(Files.notExists(folder.resolve("none.png")));
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
    assertEquals("demo.pth", json.get("checkpoint"));
    assertEquals(64, ((String) json.get("sha256")).length());
    assertEquals(12, json.get("labels"));
    assertEquals(List.of(1, 3, 96, 96), json.get("input"));
    Map<?, ?> preprocessing = (Map<?, ?>) json.get("preprocessing");
    assertEquals(96, preprocessing.get("crop"));
    assertEquals("bilinear", preprocessing.get("interpolation"));
    assertEquals(3, ((List<?>) preprocessing.get("std")).size());
    Map<String, Object> reference =
        JSON.std.mapFrom(run("inspect", MODEL, "--json", "--backend", "reference").out());
    assertEquals("reference", reference.get("backend"));
  }

  @Test
  void saysWhichOptionsHaveNoEffect() {
    Result rounded =
        run("inspect", MODEL, "--device", "cpu", "--precision", "tf32", "--threads", 2);
    assertEndsInOneLine(0, "--precision TF32 has no effect on CPU (vector)", rounded);
    Result threads = run("inspect", MODEL, "--backend", "reference", "--threads", 8);
    assertEndsInOneLine(0, "--threads 8 has no effect on CPU (reference)", threads);
    Result alone = run("inspect", MODEL, "--backend", "reference", "--threads", 1);
    assertEquals("", alone.err());
  }

  @Test
  void profilesDrawsAndTraces() throws IOException {
    Path svg = folder.resolve("steps.svg");
    Path trace = folder.resolve("trace.json");
    Result result = run("inspect", MODEL, "--json", "--threads", 2, "--svg", svg, "--trace", trace);
    assertEquals(0, result.exitCode(), result.err());
    List<?> steps = (List<?>) JSON.std.mapFrom(result.out()).get("steps");
    String picture = Files.readString(svg);
    assertTrue(picture.contains("features.stem.2"), picture);
    long images = 0;
    for (Object entry : (List<?>) JSON.std.mapFrom(Files.readString(trace)).get("traceEvents")) {
      Map<?, ?> event = (Map<?, ?>) entry;
      boolean last = "output".equals(event.get("cat"));
      images += last ? ((Number) ((Map<?, ?>) event.get("args")).get("images")).longValue() : 0;
    }
    assertEquals(StepTimes.TRACED_RUNS, images, "one output for each run");
    for (Object step : steps) {
      assertTrue(((Number) ((Map<?, ?>) step).get("nanoseconds")).longValue() > 0);
      assertTrue(((Number) ((Map<?, ?>) step).get("bytes")).longValue() > 0);
    }
    assertFailsInOneLine(
        "reference records no steps",
        run("inspect", MODEL, "--image-size", 32, "--backend", "reference", "--trace", trace));
  }

  @Test
  void exportsOnnx() throws IOException {
    Path onnx = folder.resolve("m.onnx");
    Result result = run("export", MODEL, "--onnx", onnx);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(Files.size(onnx) > 4 * 257_836);
    assertTrue(result.out().contains("%,d bytes".formatted(Files.size(onnx))), result.out());
    assertFailsInOneLine("no such file", run("export", folder.resolve("none"), "--onnx", onnx));
    assertFailsInOneLine("not a regular file", run("export", MODEL, "--onnx", folder));
    assertEquals(2, run("export", MODEL).exitCode());
  }

  @Test
  void listsArchitecturesAndDevices() throws IOException {
    String list = run("list").out();
    assertTrue(list.contains("997,358"));
    assertTrue(list.contains("%nMobileNetV3%n  mobilenet_v3_small ".formatted()), list);
    List<?> architectures = (List<?>) JSON.std.anyFrom(run("list", "--json").out());
    assertTrue(architectures.size() >= 19);
    assertTrue(run("doctor").out().contains("vector"));
    Map<String, Object> doctor = JSON.std.mapFrom(run("doctor", "--json").out());
    assertTrue(((List<?>) doctor.get("backends")).size() >= 2);
    assertTrue(doctor.get("backends").toString().contains("CUDA"), "a missing device is explained");
  }

  @Test
  @DisabledIf("hasGpu")
  void saysInOneLineWhyThereIsNoGpu() {
    assertFailsInOneLine("CUDA", run("inspect", MODEL, "--device", "cuda"));
  }

  static boolean hasGpu() {
    return Backends.all().stream()
        .anyMatch(backend -> backend.device() == Device.CUDA && backend.probe().available());
  }

  @Test
  void saysInOneLineWhatIsWrong() throws IOException {
    Path model = folder.resolve("m.safetensors");
    Path junk = Files.writeString(folder.resolve("junk.pth"), "not a checkpoint");
    assertFailsInOneLine("no such file", run("import", folder.resolve("none.pth"), "-o", model));
    assertFailsInOneLine("junk.pth", run("import", junk, "-o", model));
    assertFailsInOneLine("junk.pth", run("inspect", junk));
    assertFailsInOneLine("vgnet import", run("inspect", CHECKPOINT));
    assertFailsInOneLine("NumPy", run("run", MODEL, "--input", junk, "--output", model));
    assertFailsInOneLine("labels", run("import", CHECKPOINT, "-o", model, "--labels", junk));
    assertFailsInOneLine("abacus", run("inspect", MODEL, "--backend", "abacus"));
    assertFailsInOneLine(
        "device CPU, backend cuda: that backend runs on CUDA only",
        run("inspect", MODEL, "--device", "cpu", "--backend", "cuda"));
    assertFailsInOneLine("junk.pth", run("classify", MODEL, junk));
    Path empty = folder.resolve("empty.npy");
    NpyFile.write(empty, images(Shape.of(1, 3, 0, 8)));
    assertFailsInOneLine(
        "[1, 3, 0, 8]", run("run", MODEL, "--input", empty, "--output", folder.resolve("y.npy")));
    Path wrong = folder.resolve("wrong.npy");
    NpyFile.write(wrong, images(Shape.of(1, 4, 8, 8)));
    assertFailsInOneLine(
        "[1, 4, 8, 8]", run("run", MODEL, "--input", wrong, "--output", folder.resolve("y.npy")));
    assertTrue(Files.notExists(model), "nothing is written when an import fails");
  }

  @Test
  void namesTheFileThatCannotBeImported() throws IOException {
    Path model = folder.resolve("m.safetensors");
    Path labels = Files.writeString(folder.resolve("two.txt"), "cat\ndog\n");
    assertFailsInOneLine(
        labels + ": expected 12 labels, one a class, found 2",
        run("import", CHECKPOINT, "-o", model, "--labels", labels));
    Map<String, Tensor> tensors = new HashMap<>(Checkpoints.read(CHECKPOINT).tensors());
    for (int i = 0; i < 3000; i++) {
      tensors.put("features.stem.%04d.weight".formatted(i), Tensor.of(Shape.of(1), new float[1]));
    }
    Path stateDict = folder.resolve("state.safetensors");
    new Safetensors(tensors, Map.of()).write(stateDict);
    Result refused = run("import", stateDict, "-o", model);
    assertFailsInOneLine(stateDict + ": state dict: does not fit vgnetg_custom", refused);
    assertTrue(refused.err().contains("features.stem.0019.weight and 2980 more"), refused.err());
    Path other = folder.resolve("other.safetensors");
    new Safetensors(Map.of("w", Tensor.of(Shape.of(1), new float[1])), Map.of()).write(other);
    assertFailsInOneLine(other + ": the keys are of no", run("import", other, "-o", model));
    assertTrue(Files.notExists(model));
  }

  @Test
  void importsAPlainSafetensorsStateDict() throws IOException {
    Path stateDict = folder.resolve("state.safetensors");
    new Safetensors(Checkpoints.read(CHECKPOINT).tensors(), Map.of()).write(stateDict);
    Path model = folder.resolve("m.safetensors");
    Result imported = run("import", stateDict, "-o", model, "--image-size", 96);
    assertEquals(0, imported.exitCode(), imported.err());
    assertTrue(imported.out().contains("safetensors"), imported.out());
    Map<String, Tensor> expected = Model.load(MODEL).tensors();
    Map<String, Tensor> actual = Model.load(model).tensors();
    assertEquals(expected.keySet(), actual.keySet());
    actual.forEach(
        (name, tensor) ->
            assertEquals(-1, tensor.bytes().mismatch(expected.get(name).bytes()), name));

    Result plain = run("inspect", stateDict);
    assertFailsInOneLine("vgnet import", plain);
  }

  @Test
  void refusesAnActivationThatNothingHas() {
    Path model = folder.resolve("m.safetensors");
    Result refused = run("import", CHECKPOINT, "-o", model, "--se-activation", "silu");
    assertFailsInOneLine("demo.pth: vgnetg_custom has no squeeze-excite", refused);
    assertTrue(Files.notExists(model));
  }

  @Test
  void importsNoWeightFile() {
    Path model = folder.resolve("m.safetensors");
    Result again = run("import", MODEL, "-o", model);
    assertFailsInOneLine(MODEL + ": safetensors file: is a weight file already", again);
    assertTrue(Files.notExists(model));
  }

  @Test
  void keepsTheOldFileWhenTheNewWeightsAreNoNumbers() throws IOException {
    Map<String, Tensor> tensors = new HashMap<>(Checkpoints.read(CHECKPOINT).tensors());
    tensors.put("classifier.1.bias", filled(Shape.of(12), Float.NaN));
    Path stateDict = folder.resolve("state.safetensors");
    assertKeepsTheOldFile(stateDict + ": tensor classifier.1.bias: has NaN at [0]", tensors);
  }

  /** Numbers so large that a norm's factor is not finite. */
  @Test
  void keepsTheOldFileWhenTheNewWeightsGiveNoNumbers() throws IOException {
    Map<String, Tensor> tensors = new HashMap<>(Checkpoints.read(CHECKPOINT).tensors());
    Shape width = tensors.get("features.stem.2.weight").shape();
    tensors.put("features.stem.2.weight", filled(width, Float.MAX_VALUE));
    tensors.put("features.stem.2.running_var", filled(width, 0));
    assertKeepsTheOldFile("state.safetensors: the network computes ", tensors);
  }

  private void assertKeepsTheOldFile(String expected, Map<String, Tensor> tensors)
      throws IOException {
    Path stateDict = folder.resolve("state.safetensors");
    new Safetensors(tensors, Map.of()).write(stateDict);
    Path model = Files.writeString(folder.resolve("m.safetensors"), "old");
    assertFailsInOneLine(expected, run("import", stateDict, "-o", model, "--image-size", 96));
    assertEquals("old", Files.readString(model));
  }

  @Test
  void classifiesWithNoWeightsThatGiveNoNumbers() throws IOException {
    Safetensors valid = Safetensors.read(MODEL);
    Map<String, Tensor> tensors = new HashMap<>(valid.tensors());
    tensors.put("classifier.1.bias", filled(Shape.of(12), Float.NaN));
    Path model = folder.resolve("m.safetensors");
    new Safetensors(tensors, valid.metadata()).write(model);
    Result refused = run("classify", model, SAMPLES.resolve("tree.jpg"));
    assertFailsInOneLine("vgnet: the network computes NaN for class 0", refused);
    assertEquals("", refused.out());
  }

  private static Tensor filled(Shape shape, float value) {
    float[] values = new float[(int) shape.elementCount()];
    Arrays.fill(values, value);
    return Tensor.of(shape, values);
  }

  @Test
  void printsNoControlCharactersOfFiles() throws IOException {
    Map<String, Tensor> tensors = new HashMap<>(Checkpoints.read(CHECKPOINT).tensors());
    tensors.put("features.\u001b[2J\nvgnet: done", Tensor.of(Shape.of(1), new float[1]));
    Path stateDict = folder.resolve("state.safetensors");
    new Safetensors(tensors, Map.of()).write(stateDict);
    Result refused = run("import", stateDict, "-o", folder.resolve("m.safetensors"));
    assertFailsInOneLine("1 unexpected", refused);
    assertTrue(refused.err().strip().chars().noneMatch(Character::isISOControl), refused.err());

    StringWriter out = new StringWriter();
    Table table = new Table("label");
    table.add("a\u001b[31m\u202eb");
    table.print(new PrintWriter(out));
    assertEquals("label\na\\u001b[31m\\u202eb\n", out.toString().replace("\r", ""));
  }

  @Test
  void refusesSizesAndCountsThatCannotBe() throws IOException {
    Path model = folder.resolve("m.safetensors");
    for (Object size : List.of(0, -1, 100_000, Integer.MAX_VALUE)) {
      assertMisusedInOneLine(
          "--image-size", run("import", CHECKPOINT, "-o", model, "--image-size", size));
    }
    assertMisusedInOneLine("mean", run("import", CHECKPOINT, "-o", model, "--mean", 1));
    assertMisusedInOneLine("std", run("import", CHECKPOINT, "-o", model, "--std", "1,0,1"));
    assertMisusedInOneLine(
        "--std must be numbers such as 0.5,0.5,0.5, found '1,x,1'",
        run("import", CHECKPOINT, "-o", model, "--std", "1,x,1"));
    assertMisusedInOneLine("resize", run("import", CHECKPOINT, "-o", model, "--resize", 5));
    assertFailsInOneLine("vgnetx", run("import", CHECKPOINT, "-o", model, "--arch", "vgnetx"));
    for (int size : new int[] {0, 100_000, Integer.MAX_VALUE}) {
      assertMisusedInOneLine("", run("inspect", MODEL, "--image-size", size));
      assertMisusedInOneLine("", run("inspect", MODEL, "--profile", "--batch", size));
    }
    assertMisusedInOneLine("--batch", run("run", MODEL, "-i", "x", "-o", "y", "--batch", -1));
    assertMisusedInOneLine("--threads", run("inspect", MODEL, "--threads", 0));
    assertMisusedInOneLine("--top", run("demo", "--top", 0));
    assertMisusedInOneLine(
        "--top", run("classify", MODEL, SAMPLES.resolve("tree.jpg"), "--top", 0));
    assertMisusedInOneLine("--threads", run("inspect", MODEL, "--threads", Integer.MAX_VALUE));
    assertTrue(Files.notExists(model));
  }

  @Test
  void namesTheSizeThatANetworkDoesNotAccept() throws IOException {
    StateDict weights = Zoo.randomStateDict("densenet121", 1);
    Path stateDict = folder.resolve("state.safetensors");
    new Safetensors(weights.tensors(), Map.of()).write(stateDict);
    Path model = folder.resolve("m.safetensors");
    assertFailsInOneLine(
        "vgnet: densenet121 does not accept images of 8 x 8: ",
        run("import", stateDict, "-o", model, "--image-size", 8));
    assertTrue(Files.notExists(model));
    ModelFiles.write(
        model, Zoo.importStateDict(weights, "d.pth", "", ImportOptions.defaults()).file());
    assertFailsInOneLine(
        "vgnet: the network does not accept images [1, 3, 8, 8]: ",
        run("inspect", model, "--image-size", 8));
  }

  @Test
  void writesOverNothingThatItReads() throws IOException {
    Path checkpoint = Files.copy(CHECKPOINT, folder.resolve("c.pth"));
    Path model = Files.copy(MODEL, folder.resolve("m.safetensors"));
    Path picture = Files.copy(SAMPLES.resolve("tree.jpg"), folder.resolve("tree.jpg"));
    Path numbers = folder.resolve("x.npy");
    NpyFile.write(numbers, images(Shape.of(1, 3, 96, 96)));
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("import", checkpoint, "-o", folder.resolve(".").resolve("c.pth")),
            List.of("export", model, "--onnx", model),
            List.of("run", model, "-i", numbers, "-o", numbers),
            List.of("run", model, "-i", numbers, "-o", model),
            List.of("inspect", model, "--svg", model),
            List.of("inspect", model, "--trace", model),
            List.of("classify", model, picture, "--sheet", picture))) {
      assertMisusedInOneLine("is read: write to another file", run(command.toArray()));
    }
    assertEquals(-1, Files.mismatch(CHECKPOINT, checkpoint));
    assertEquals(-1, Files.mismatch(MODEL, model));
    assertEquals(-1, Files.mismatch(SAMPLES.resolve("tree.jpg"), picture));
  }

  @Test
  void writesTwoThingsToTwoFiles() throws IOException {
    Path file = folder.resolve("steps");
    Path same = folder.resolve(".").resolve("steps");
    Result result = run("inspect", MODEL, "--svg", file, "--trace", same);
    assertMisusedInOneLine("is written twice", result);
    assertTrue(Files.notExists(file));
  }

  /** Of a project that is a copy, so that nothing is lost where it fails. */
  @Test
  void theDemoDoesNotWriteOverItsModel() throws IOException {
    Path model = folder.resolve("weights/demo/vgnetg_demo.safetensors");
    Path picture = folder.resolve("weights/train/samples/tree.jpg");
    Files.createDirectories(model.getParent());
    Files.createDirectories(picture.getParent());
    Files.copy(MODEL, model);
    Files.copy(SAMPLES.resolve("tree.jpg"), picture);
    System.setProperty("vgnet.home", folder.toString());
    try {
      for (Path read : List.of(model, picture)) {
        assertMisusedInOneLine("is read: write to another file", run("demo", "--sheet", read));
      }
    } finally {
      System.clearProperty("vgnet.home");
    }
    assertEquals(-1, Files.mismatch(MODEL, model));
  }

  @Test
  void doesNotWorkForAFileThatCannotBeWritten() {
    Path elsewhere = folder.resolve("none").resolve("out");
    Result sheet = run("classify", MODEL, SAMPLES.resolve("tree.jpg"), "--sheet", elsewhere);
    assertFailsInOneLine("no such directory", sheet);
    assertEquals("", sheet.out());
    Result svg = run("inspect", MODEL, "--svg", elsewhere, "--json");
    assertFailsInOneLine("no such directory", svg);
    assertEquals("", svg.out());
  }

  @Test
  void tellsWhatAFileIsThatIsNoWeightFile() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "hello world");
    assertFailsInOneLine("text: offset 0", run("inspect", text));
    assertFailsInOneLine("no safetensors file", run("inspect", text));
    byte[] all = Files.readAllBytes(MODEL);
    Path part = Files.write(folder.resolve("part"), Arrays.copyOf(all, all.length / 2));
    assertFailsInOneLine("the file is cut short", run("inspect", part));
  }

  @Test
  void suggestsWhatIsMeant() {
    assertMisusedInOneLine("unknown command 'clasify'; did you mean classify", run("clasify", "x"));
    assertMisusedInOneLine("unknown argument 'x'", run("list", "x"));
    assertMisusedInOneLine("unknown option '--thread'; did", run("inspect", MODEL, "--thread", 1));
  }

  @Test
  void refusesNamesThatAreNone() {
    Path heart = SAMPLES.resolve("heart.jpg");
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("classify", "", heart),
            List.of("import", CHECKPOINT, "-o", ""),
            List.of("classify", MODEL, heart, "--sheet", ""))) {
      assertMisusedInOneLine("the name of the file is empty", run(command.toArray()));
    }
    assertMisusedInOneLine("a file of that name is ./-", run("import", CHECKPOINT, "-o", "-"));
    assertMisusedInOneLine("from /dev/stdin", run("classify", MODEL, "-"));
    assertTrue(Files.notExists(Path.of("-")));
  }

  @Test
  void aNameMayBeginWithAnAt() throws IOException {
    Path arguments = Files.writeString(folder.resolve("arguments"), "--help");
    assertFailsInOneLine("@" + arguments + ": no such file", run("inspect", "@" + arguments));
  }

  /** Says something beyond ASCII. */
  @Command(name = "speaking")
  static final class Speaking implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      spec.commandLine().getOut().print("é");
      spec.commandLine().getErr().print("è");
      JsonOutput.print("ê…", spec.commandLine().getOut());
      spec.commandLine().getErr().flush();
      return 0;
    }
  }

  @Test
  void speaksInTheEncodingOfTheTerminal() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream complained = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.ISO_8859_1));
    System.setErr(new PrintStream(complained, true, StandardCharsets.ISO_8859_1));
    try {
      Main.execute(new Speaking());
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertEquals("é\"\\u00EA\\u2026\"%n".formatted(), said.toString(StandardCharsets.ISO_8859_1));
    assertEquals("è", complained.toString(StandardCharsets.ISO_8859_1));
  }

  /** Fails as only a program that is wrong does. */
  @Command(name = "defective")
  static final class Defective implements Callable<Integer> {
    @Parameters private String failure;

    @Override
    public Integer call() {
      switch (failure) {
        case "argument" -> throw new IllegalArgumentException("a slip");
        case "state" -> throw new IllegalStateException("a slip");
        case "shape" -> throw new ImageShapeException("too large");
        default -> throw new AssertionError("a slip");
      }
    }
  }

  @Test
  void showsWhereADefectIs() {
    for (String failure : List.of("argument", "state")) {
      StringWriter err = new StringWriter();
      CommandLine command = Main.commandLine(new Defective());
      command.setErr(new PrintWriter(err, true));
      assertEquals(Main.DEFECT, command.execute(failure));
      assertTrue(err.toString().contains("a slip"), err.toString());
      assertTrue(err.toString().contains(Defective.class.getName() + ".call"), err.toString());
    }
    assertEquals(Main.DEFECT, Main.execute(new Defective(), "error"));
    assertEquals(Main.FAILED, Main.execute(new Defective(), "shape"));
  }

  @Test
  void namesFilesThatCannotBeReadOrWritten() throws IOException {
    Path tree = SAMPLES.resolve("tree.jpg");
    Path elsewhere = folder.resolve("none").resolve("out");
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("import", folder, "-o", elsewhere),
            List.of("import", CHECKPOINT, "-o", elsewhere, "--image-size", 96),
            List.of("import", CHECKPOINT, "-o", folder, "--image-size", 96),
            List.of("import", CHECKPOINT, "-o", elsewhere, "--labels", folder),
            List.of("inspect", folder),
            List.of("classify", MODEL, folder),
            List.of("classify", MODEL, tree, "--sheet", elsewhere),
            List.of("run", MODEL, "--input", folder, "--output", elsewhere))) {
      Result result = run(command.toArray());
      assertFailsInOneLine(folder.toString(), result);
      assertTrue(!result.err().contains(".tmp"), result.err());
    }
  }

  @Test
  void explainsItselfAndRefusesAWrongCommandLine() {
    for (String command :
        List.of("demo", "import", "classify", "run", "inspect", "export", "list", "doctor")) {
      Result help = run(command, "--help");
      assertEquals(0, help.exitCode());
      assertTrue(help.out().contains("Usage: vgnet " + command), help.out());
      assertTrue(run(command, "--version").out().startsWith("vgnet "), command);
    }
    for (Result wrong :
        List.of(
            run("inspect"),
            run("import", CHECKPOINT, "--no-such-option"),
            run("import", CHECKPOINT, "-o", "x", "--activation", "gelu"),
            run("inspect", MODEL, "--threads", "many"),
            run("no-such-command"))) {
      assertEquals(2, wrong.exitCode());
      assertEquals(1, wrong.err().strip().lines().count(), wrong.err());
      assertTrue(wrong.err().contains("--help"), wrong.err());
    }
    assertTrue(run().err().contains("Usage: vgnet"));
    String usage = run("import", "--help").out();
    assertTrue(usage.contains("[--mean=R,G,B] "), usage);
    String types = run("run", "--help").out().replaceAll("\\s+", " ");
    assertTrue(types.contains(NpyFile.TYPE_NAMES), types);
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
