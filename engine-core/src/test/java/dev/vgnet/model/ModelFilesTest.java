package dev.vgnet.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {
  private static final Metadata.Source SOURCE =
      new Metadata.Source("vgnet é \"1\".pth", "0123456789abcdef".repeat(4), "vgnetg_1_0mp");
  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          40, 32, Interpolation.BICUBIC, List.of(0.485, 0.1, 1e-300), List.of(0.229, 1.0, 3.5));

  @TempDir Path directory;

  @Test
  void keepsEverything() throws IOException {
    ModelFile model = tiny(List.of("cat", "dog, or \"wolf\"\n"));
    Path path = directory.resolve("model.safetensors");
    ModelFiles.write(path, model);
    ModelFile read = ModelFiles.read(path);
    assertEquals(model.graph(), read.graph());
    assertEquals(model.metadata(), read.metadata());
    assertEquals(model.tensors().keySet(), read.tensors().keySet());
    model
        .tensors()
        .forEach(
            (name, tensor) -> {
              assertEquals(tensor.shape(), read.tensors().get(name).shape());
              assertArrayEquals(tensor.toFloatArray(), read.tensors().get(name).toFloatArray());
            });
  }

  @Test
  void preprocessingNamesItsInterpolation() {
    assertThrows(
        NullPointerException.class,
        () -> new Preprocessing(8, 8, null, List.of(0.0), List.of(1.0)));
  }

  @Test
  void keepsTheOrderOfTheFile() throws IOException {
    Path path = directory.resolve("model.safetensors");
    ModelFiles.write(path, tiny(List.of()));
    assertEquals(
        List.of("conv.weight", "head.bias", "head.weight"),
        List.copyOf(ModelFiles.read(path).tensors().keySet()));
  }

  @Test
  void keepsTensorsThatTheGraphDoesNotName() {
    ModelFile model = tiny(List.of());
    Map<String, Tensor> tensors = new HashMap<>(model.tensors());
    tensors.put("conv.bn.num_batches_tracked", integers());
    ModelFile more = new ModelFile(model.graph(), tensors, model.metadata());
    assertEquals(tensors.keySet(), ModelFiles.decode(ModelFiles.encode(more)).tensors().keySet());
  }

  @Test
  void pointsAPlainStateDictToTheImporter() throws IOException {
    Path path = directory.resolve("state dict.safetensors");
    new Safetensors(tiny(List.of()).tensors(), Map.of("format", "pt")).write(path);
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> ModelFiles.read(path));
    assertEquals(
        path
            + ": __metadata__: has no graph: the file is a plain state dict, which vgnet import"
            + " turns into a weight file",
        e.getMessage());
  }

  @Test
  void namesTheFile() throws IOException {
    Path missing = directory.resolve("missing");
    assertThrows(NoSuchFileException.class, () -> ModelFiles.read(missing));
    Path path = directory.resolve("broken.safetensors");
    Safetensors file = ModelFiles.encode(tiny(List.of()));
    Map<String, String> texts = new HashMap<>(file.metadata());
    texts.put("vgnet.graph", "{}");
    new Safetensors(file.tensors(), texts).write(path);
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> ModelFiles.read(path));
    assertEquals(path + ": vgnet.graph: has no input", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"vgnet.format", "vgnet.graph", "vgnet.preprocess", "vgnet.labels", "vgnet.source"})
  void needsEveryText(String key) {
    assertRefused("__metadata__: has no " + key, (texts, _) -> texts.remove(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "vgnet.format|2|vgnet.format: expected 1, found 2",
        "vgnet.format|1.0|vgnet.format: expected 1, found 1.0",
        "vgnet.labels|[\"a\"]|labels: expected 2, one a class, found 1",
        "vgnet.labels|[\"a\",\"b\",\"c\"]|labels: expected 2, one a class, found 3",
        "vgnet.labels|[\"a\",1]|vgnet.labels item 1: expected a string, found 1",
        "vgnet.labels|{}|vgnet.labels: expected a list, found an object",
        "vgnet.source|{}|vgnet.source: has no checkpoint",
        "vgnet.source|{\"checkpoint\":\"\",\"sha256\":\"\",\"architecture\":null}|vgnet.source"
            + " architecture: expected a string, found null",
        "vgnet.source|[]|vgnet.source: expected an object, found a list",
        "vgnet.preprocess|[]|vgnet.preprocess: expected an object, found a list",
        "vgnet.labels|[\"a\",\"b\"] x|vgnet.labels: ",
        "vgnet.labels|[\"a\",\"b\"]]|vgnet.labels: ",
        "vgnet.labels|[\"a\",\"b\"][]|vgnet.labels: goes on after its value",
      })
  void refusesAWrongText(String key, String text, String message) {
    assertRefused(message, (texts, _) -> texts.put(key, text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"crop\":32|\"crop\":41|vgnet.preprocess: no resize to 40 and crop to 41",
        "\"crop\":32|\"crop\":0|vgnet.preprocess: no resize to 40 and crop to 0",
        "\"crop\":32|\"crop\":true|vgnet.preprocess crop: expected an integer, found true",
        "\"resize\":40|\"resize\":2000000000|no resize to 2000000000",
        "\"resize\":40|\"size\":40|vgnet.preprocess: has no resize",
        "\"resize\":40|\"resize\":40,\"pad\":0|vgnet.preprocess: has unknown members [pad]",
        "bicubic|nearest|expected one of [bilinear, bicubic], found \"nearest\"",
        "[0.485,0.1,1.0E-300]|[0.485,0.1]|2 numbers of mean and 3 of std do not match",
        "[0.485,0.1,1.0E-300]|[0.485,0.1,1e999]|out of range",
        "[0.485,0.1,1.0E-300]|[0.485,\"0\",0]|vgnet.preprocess mean item 1: expected a number",
        "[0.229,1.0,3.5]|[0.229,0,3.5]|: channel 1: mean 0.1 or std 0.0 out of range",
        "[0.229,1.0,3.5]|[0.229,-1,3.5]|out of range",
        "[0.229,1.0,3.5]|[]|do not match",
        // what is out of range as float32, or becomes that in it
        "[0.229,1.0,3.5]|[0.229,1e-50,3.5]|out of range",
        "[0.229,1.0,3.5]|[0.229,1e-40,3.5]|out of range",
        "[0.229,1.0,3.5]|[0.229,1e39,3.5]|out of range",
        "[0.485,0.1,1.0E-300]|[0.485,0.1,1e39]|out of range",
        "[0.485,0.1,1.0E-300]|[3e38,0.1,0]|out of range",
      })
  void refusesWrongPreprocessing(String found, String replacement, String message) {
    assertRefused(
        message,
        (texts, _) -> {
          String text = texts.get("vgnet.preprocess");
          assertTrue(text.contains(found), text);
          texts.put("vgnet.preprocess", text.replace(found, replacement));
        });
  }

  @Test
  void writesNothingThatItWouldNotRead() throws IOException {
    Path path = directory.resolve("model.safetensors");
    String longest = "x".repeat((1 << 22) - "[\"\",\"y\"]".length());
    ModelFiles.write(path, tiny(List.of(longest, "y")));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ModelFiles.write(path, tiny(List.of(longest, "yy"))));
    assertEquals("vgnet.labels: 4194305 characters, at most 4194304 would be read", e.getMessage());
    assertEquals(List.of(longest, "y"), ModelFiles.read(path).metadata().labels());
  }

  @Test
  void refusesASecondOutput() {
    assertRefused(
        "graph: expected one output, found 2",
        (texts, _) ->
            texts.computeIfPresent(
                "vgnet.graph",
                (_, graph) ->
                    graph.replace("\"outputs\":[\"head\"]", "\"outputs\":[\"head\",\"pool\"]")));
  }

  @Test
  void refusesImagesThatNoArrayHolds() {
    assertRefused(
        "input image: is [2147483647, 32, 32], more elements than an array holds",
        (texts, _) ->
            texts.put(
                "vgnet.graph",
                """
                {"input":"image","channels":2147483647,"outputs":["flat"],"nodes":[
                {"name":"flat","inputs":["image"],"op":"flatten"}]}\
                """));
  }

  @Test
  void refusesTensorsThatDoNotFitTheGraph() {
    assertRefused(
        "node conv (Conv2d): tensor conv.weight is missing",
        (_, tensors) -> tensors.remove("conv.weight"));
    assertRefused(
        "node head (Linear): tensor head.bias: expected shape [2], found [3]",
        (_, tensors) -> tensors.put("head.bias", ramp(3)));
    assertRefused(
        "weight conv.weight [2, 1, 3, 3] does not fit 3 channels in 1 groups",
        (_, tensors) -> tensors.put("conv.weight", ramp(2, 1, 3, 3)));
    assertRefused(
        "node head (Linear): expected floating-point numbers, found head.bias INT64[2]",
        (_, tensors) -> tensors.put("head.bias", integers()));
    assertRefused(
        "preprocessing: has 3 channels, the graph 1",
        (texts, tensors) -> {
          texts.computeIfPresent(
              "vgnet.graph", (_, graph) -> graph.replace("\"channels\":3", "\"channels\":1"));
          tensors.put("conv.weight", ramp(2, 1, 3, 3));
        });
  }

  @Test
  void survivesEveryChangedByte() throws IOException {
    Path path = directory.resolve("model.safetensors");
    ModelFiles.write(path, tiny(List.of("cat", "dog")));
    byte[] bytes = Files.readAllBytes(path);
    Mutations.ofEveryByte(
        bytes, changed -> ModelFiles.decode(Safetensors.read(MemorySegment.ofArray(changed))));
  }

  private static void assertRefused(
      String message, BiConsumer<Map<String, String>, Map<String, Tensor>> change) {
    Safetensors valid = ModelFiles.encode(tiny(List.of("cat", "dog")));
    Map<String, String> texts = new HashMap<>(valid.metadata());
    Map<String, Tensor> tensors = new HashMap<>(valid.tensors());
    change.accept(texts, tensors);
    Safetensors changed = new Safetensors(tensors, texts);
    ModelFormatException e =
        assertThrows(ModelFormatException.class, () -> ModelFiles.decode(changed));
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  private static Tensor integers() {
    return Tensor.wrap(Shape.of(2), DataType.INT64, MemorySegment.ofArray(new byte[16]));
  }

  private static ModelFile tiny(List<String> labels) {
    GraphBuilder builder = new GraphBuilder("image", 3);
    String x =
        builder.add("conv", new Operator.Conv2d("conv.weight", Optional.empty(), 2, 1, 1), "image");
    x = builder.add("relu", new Operator.Activation(Operator.Function.RELU), x);
    x = builder.add("pool", new Operator.GlobalAveragePool(), x);
    x = builder.add("flat", new Operator.Flatten(), x);
    x = builder.add("head", new Operator.Linear("head.weight", Optional.of("head.bias")), x);
    return new ModelFile(
        builder.build(x),
        Map.of(
            "conv.weight", ramp(2, 3, 3, 3),
            "head.weight", ramp(2, 2),
            "head.bias", ramp(2)),
        new Metadata(PREPROCESSING, labels, SOURCE));
  }

  private static Tensor ramp(int... extents) {
    Shape shape = Shape.of(extents);
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i - 0.3f;
    }
    return Tensor.of(shape, values);
  }
}
