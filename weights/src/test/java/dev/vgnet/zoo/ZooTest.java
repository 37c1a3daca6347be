package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.cpu.reference.ReferenceInterpreter;
import dev.vgnet.error.EngineException;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.Seed;
import dev.vgnet.torch.StateDict;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZooTest {
  private static final String SMALL = "own_vgnetg_custom_public";
  private static final String UNEVEN = "own_vgnetg_custom_public__uneven";
  private static final ImportOptions DEFAULTS = ImportOptions.defaults();

  @ParameterizedTest
  @CsvSource({
    "vgnetg_1_0mp, 997358, 141300232, 1000256",
    "vgnetg_1_0mp_se, 1143190, 141443080, 1146088",
    "vgnetg_1_5mp, 1502024, 187819008, 1506056",
    "vgnetg_1_5mp_se, 1701680, 188015104, 1705712",
    "vgnetg_2_0mp, 2006380, 300637784, 2010412",
    "vgnetg_2_0mp_se, 2344696, 300971544, 2348728",
    "vgnetg_2_5mp, 2492756, 398936736, 2497040",
    "vgnetg_2_5mp_se, 2922284, 399360672, 2926568",
    "vgnetc_1_0mp, 1001138, 141300232, 1004036",
    "vgnetc_1_5mp, 1506344, 187819008, 1510376",
    "vgnetf1_1_5mp, 1485448, 187819008,",
    "vgnetf2_1_5mp, 1485896, 187819008,",
    "vgnetf3_1_5mp, 1485448, 187819008,",
    "vgnetf4_1_5mp, 1485896, 187819008,",
  })
  void listsTheNetworksOfThePaper(
      String name, long parameters, long multiplyAccumulates, Long publicParameters) {
    ArchitectureInfo info =
        Zoo.architectures().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow();
    assertEquals(parameters, info.parameters());
    assertEquals(multiplyAccumulates, info.multiplyAccumulates());
    assertEquals(
        publicParameters != null,
        info.notes().startsWith("%,d parameters in the public".formatted(publicParameters)));
  }

  /** VGNet's Table 3 and BSConv's Table 4, where they have other networks. */
  @ParameterizedTest
  @CsvSource({
    "mobilenet_v1_x1_0, 4.232 M",
    "mobilenet_v2_x0_5, 1.969 M",
    "mobilenet_v2_x0_75, 2.636 M",
    "mobilenet_v2_x1_0, 3.505 M",
    "mobilenet_v3_small, 2.543 M",
    "mobilenetv3_large_x0_75, 3.994 M",
    "shufflenet_v2_x1_0, 2.279 M",
    "shufflenet_v2_x1_5, 3.504 M",
    "ghostnet_x1_0, 5.183 M",
    "regnet_x_400mf_w384, 5.158 M",
    "regnet_y_400mf, 4.344 M",
    "efficientnet_b0, 54.7 %",
    "mnasnet1_0, 54.8 %",
    "mnasnet_a1, 54.8 %"
  })
  void saysWhatThePapersReport(String name, String figure) {
    ArchitectureInfo info =
        Zoo.architectures().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow();
    assertTrue(info.reported().startsWith(figure), info.reported());
    if (figure.endsWith(" M")) {
      assertEquals(figure, "%.3f M".formatted(info.parameters() / 1e6));
    }
  }

  @Test
  void listsEveryNameOnce() {
    List<String> names = Zoo.names();
    assertEquals(Zoo.architectures().stream().map(ArchitectureInfo::name).toList(), names);
    assertEquals(names.stream().distinct().toList(), names);
    assertTrue(names.containsAll(List.of("vgnetg_5_0mp", "vgnetg_5_0mp_se", "vgnetc_5_0mp")));
  }

  @Test
  void listsAllDifferencesAtOnce() {
    Map<String, Tensor> tensors = tensors(SMALL);
    tensors.remove("features.stage3.2.conv1x1.2.running_var");
    tensors.remove("features.stage1.1.half3x3.weight");
    tensors.put("head.weight", zeros(7));
    tensors.put("ema.num_batches_tracked", zeros());
    tensors.put("features.stem.0.weight", zeros(18, 3, 3, 3));
    tensors.put("features.stage4.0.conv1x1.0.weight", zeros(96, 128));
    tensors.put(
        "classifier.1.bias",
        Tensor.wrap(Shape.of(12), DataType.INT64, MemorySegment.ofArray(new byte[96])));
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> imported(tensors));
    assertEquals(
        "state dict: does not fit vgnetg_custom: 2 missing: "
            + "features.stage1.1.half3x3.weight [16, 1, 3, 3], "
            + "features.stage3.2.conv1x1.2.running_var [64]; "
            + "2 unexpected: ema.num_batches_tracked, head.weight; "
            + "3 mismatched: "
            + "classifier.1.bias expected floating-point numbers, found INT64, "
            + "features.stage4.0.conv1x1.0.weight expected [96, 128, 1, 1], found [96, 128], "
            + "features.stem.0.weight expected [16, 3, 3, 3], found [18, 3, 3, 3]",
        e.getMessage());
  }

  @Test
  void boundsWhatItSaysOfHostileNames() {
    Map<String, Tensor> tensors = tensors(SMALL);
    Map<String, Tensor> others = new LinkedHashMap<>();
    for (int i = 0; i < 5000; i++) {
      tensors.put(i + "x".repeat(4000), zeros());
      others.put(i + "x".repeat(4000), zeros());
    }
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> imported(tensors));
    assertTrue(e.getMessage().endsWith("x and 4980 more"), "" + e.getMessage().length());
    assertTrue(e.getMessage().length() < 10_000, "" + e.getMessage().length());
    UnsupportedModelException unknown =
        assertThrows(UnsupportedModelException.class, () -> imported(others));
    assertTrue(unknown.getMessage().length() < 5000, "" + unknown.getMessage().length());
  }

  @Test
  void refusesMoreTensorsThanAnyNetworkHas() {
    Map<String, Tensor> tensors = tensors(SMALL);
    Tensor empty = zeros(0);
    for (int i = 0; i < 20_000; i++) {
      tensors.put("x" + i, empty);
    }
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertEquals(
        "has %,d tensors, more than any network: at most 16,384 are looked at"
            .formatted(tensors.size()),
        e.getMessage());
  }

  @Test
  void refusesOtherNetworks() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 1; i <= 9; i++) {
      tensors.put("layer" + i + ".conv.weight", zeros(2));
    }
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertTrue(e.getMessage().contains("known are networks of VGNet, "), e.getMessage());
    assertTrue(e.getMessage().contains(": see vgnet list; "), e.getMessage());
    assertTrue(
        e.getMessage()
            .endsWith(
                "the 9 keys begin with [layer1.conv.weight, layer2.conv.weight, "
                    + "layer3.conv.weight, layer4.conv.weight, layer5.conv.weight]"),
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          vgnetg_1.0mp     | , did you mean vgnetg_1_0mp?: see vgnet list
          ResNet-81        | , did you mean resnet10?: see vgnet list
          mobilenetv2      | , did you mean mobilenet_v2_x1_0?: see vgnet list
          nope             | "that: see vgnet list"
          ""               | "that: see vgnet list"
          """)
  void suggestsANameWhereNoneIsMeant(String asked, String hint) {
    ImportOptions options = ImportOptions.of(asked);
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors(SMALL), options));
    assertTrue(e.getMessage().endsWith(hint), e.getMessage());
  }

  @Test
  void refusesAnotherArchitectureThanAsked() {
    ImportOptions options = ImportOptions.of("vgnetg_1_5mp");
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors(SMALL), options));
    assertEquals(
        "the keys and shapes are those of vgnetg_custom, with channels [16, 32, 64, 128, 192] and "
            + "layers [2, 3, 4, 2], not of vgnetg_1_5mp",
        e.getMessage());
    for (String name : List.of("vgnetg_custom", "VGNetG_Custom")) {
      assertEquals(
          "vgnetg_custom", imported(tensors(SMALL), ImportOptions.of(name)).architecture());
    }
  }

  @Test
  void keepsTheTensorsAsStoredAndDropsTheCounters() {
    Map<String, Tensor> tensors = tensors(SMALL);
    assertTrue(tensors.containsKey("features.stem.2.num_batches_tracked"));
    ModelFile file = imported(tensors).file();
    file.tensors().forEach((name, tensor) -> assertEquals(tensors.get(name), tensor));
    tensors.keySet().removeIf(name -> name.endsWith(".num_batches_tracked"));
    assertEquals(tensors.keySet(), file.tensors().keySet());
  }

  @Test
  void keepsHalfPrecision() {
    for (var expected :
        Map.of(
                "vgnetg_1_0mp_se_public__half", DataType.FLOAT16,
                "vgnetg_1_0mp_public__bf16", DataType.BFLOAT16)
            .entrySet()) {
      imported(tensors(expected.getKey()))
          .file()
          .tensors()
          .values()
          .forEach(tensor -> assertEquals(expected.getValue(), tensor.dataType()));
    }
  }

  @Test
  void findsTheTailOfEarlyCheckpoints() {
    Map<String, Tensor> early = new LinkedHashMap<>();
    tensors(UNEVEN)
        .forEach((name, t) -> early.put(name.replace("features.stage4.4.", "features.last."), t));
    assertTrue(early.containsKey("features.last.1.2.running_mean"));
    assertArrayEquals(logits(imported(tensors(UNEVEN))), logits(imported(early)));
  }

  @Test
  void takesSqueezeWidthsFromTheTensors() {
    Map<String, Tensor> tensors = tensors("own_vgnetg_1_0mp_se_thumbnail_public");
    String block = "features.stage2.3.conv1x1.1.";
    tensors.put(block + "reduce.weight", zeros(5, 56, 1, 1));
    tensors.put(block + "reduce.bias", zeros(5));
    tensors.put(block + "expand.weight", zeros(56, 5, 1, 1));
    assertEquals("vgnetg_1_0mp_se_thumbnail", imported(tensors).architecture());
  }

  @Test
  void asksForTheFormWhereKeysDoNotTell() {
    Map<String, Tensor> tensors = tensors("own_vgnetc_1_0mp_thumbnail_public");
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertEquals(
        "the keys and shapes are those of vgnetc_1_0mp and vgnetc_1_0mp_thumbnail: say which it is"
            + " with --arch",
        e.getMessage());
    for (String name : List.of("vgnetc_1_0mp", "vgnetc_1_0mp_thumbnail")) {
      assertEquals(name, imported(tensors, ImportOptions.of(name)).architecture());
    }
    tensors.remove("features.stem.2.bias");
    assertThrows(ModelFormatException.class, () -> imported(tensors));
  }

  @Test
  void usesThumbnailsWhole() {
    Preprocessing thumbnail = preprocessing("own_vgnetg_1_0mp_thumbnail_public", DEFAULTS);
    assertEquals(32, thumbnail.crop());
    assertEquals(32, thumbnail.resize());
    assertEquals(Preprocessing.imageNet(224), preprocessing(SMALL, DEFAULTS));
  }

  @Test
  void followsTheOptions() {
    ImportOptions options =
        new ImportOptions(
            Optional.empty(), Optional.of(Function.RELU), Optional.empty(), Optional.of(97));
    ImportedModel model = imported(tensors(SMALL), options);
    assertEquals(Preprocessing.imageNet(97), model.file().metadata().preprocessing());
    assertEquals("vgnetg_custom", model.file().metadata().source().architecture());
    assertEquals(List.of(Function.RELU), activations(model));
    assertTrue(model.findings().contains("activation relu (as asked)"));
  }

  @Test
  void refusesGaussiansInSomeStagesOnly() {
    Map<String, Tensor> tensors = tensors(SMALL);
    String learned = "features.stage3.0.downsample.weight";
    tensors.put(learned, RuleWeights.tensor(learned, "weight", tensors.get(learned).shape(), 1));
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertTrue(e.getMessage().contains("stages [1, 2, 4] are Gaussians, those of stages [3]"));
  }

  @Test
  void refusesFixedKernelsBesideLearnedDownsampling() {
    Map<String, Tensor> tensors = tensors("vgnetf1_1_5mp_paper");
    for (int stage = 1; stage <= 4; stage++) {
      String name = "features.stage" + stage + ".0.downsample.weight";
      tensors.put(name, RuleWeights.tensor(name, "weight", tensors.get(name).shape(), 1));
    }
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertTrue(e.getMessage().startsWith("fixed kernels in the blocks"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          own_vgnetg_custom_public ; classifier[.].* ; vgnetg_custom: \
          2 missing: classifier.1.bias [1000], classifier.1.weight [1000, 192]
          vgnetg_1_0mp_paper ; classifier[.].* ; vgnetg_1_0mp: \
          2 missing: classifier.bias [1000], classifier.weight [1000, 368]
          vgnetg_1_0mp_paper ; (classifier|features[.]stage4)[.].* ; vgnetg_custom: \
          14 missing: classifier.1.bias [1000], classifier.1.weight [1000, 368], features.stage4.0.
          vgnetf1_1_5mp_paper ; .*[.]downsample[.]weight ; vgnetf1_1_5mp: \
          4 missing: features.stage1.0.downsample.weight [32, 1, 3, 3], features.stage2.0.
          vgnetf1_1_5mp_paper ; .*[.]half3x3[.]0[.]weight ; vgnetf1_1_5mp: \
          22 missing: features.stage1.1.half3x3.0.weight [32, 1, 3, 3], features.stage1.2.
          """)
  void listsWhatIsMissingAlsoWhereNothingElseTellsIt(String name, String gone, String message) {
    Map<String, Tensor> tensors = tensors(name);
    tensors.keySet().removeIf(key -> key.matches(gone));
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> imported(tensors));
    String expected = "state dict: does not fit " + message;
    assertTrue(e.getMessage().startsWith(expected), e.getMessage());
  }

  @Test
  void refusesWidthsThatNoVgNetHas() {
    Map<String, Tensor> odd = tensors(SMALL);
    odd.put("features.stage2.1.conv1x1.0.weight", zeros(1, 63, 1, 1));
    odd.put("features.stage2.2.conv1x1.0.weight", zeros(1, 63, 1, 1));
    odd.put("features.stage3.0.conv1x1.0.weight", zeros(1, 63, 1, 1));
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(odd));
    assertEquals("stage 2 has width 63, no positive multiple of 2", e.getMessage());
  }

  @Test
  void refusesFixedKernelsOfNoKnownSet() {
    Map<String, Tensor> tensors = tensors("vgnetf1_1_5mp_paper");
    String first = "features.stage1.1.half3x3.0.weight";
    tensors.put(first, RuleWeights.tensor(first, "weight", tensors.get(first).shape(), 1));
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertEquals(
        first + ": the kernels repeat neither every 4 nor every 8 channels", e.getMessage());
  }

  @Test
  void refusesASigmaThatIsNoWidth() {
    Map<String, Tensor> tensors = tensors("vgnetg_1_0mp_se_mid");
    tensors.put("features.stage2.0.downsample.sigma", zeros());
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> imported(tensors));
    assertEquals(
        "tensor features.stage2.0.downsample.sigma: expected a positive number, found 0.0",
        e.getMessage());
  }

  @Test
  void doesNotBuildTheLayersThatAKeyClaims() {
    Map<String, Tensor> tensors = tensors(SMALL);
    tensors.put("features.stage2.999999999999.half3x3.weight", zeros(1));
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> imported(tensors));
    assertTrue(
        e.getMessage().endsWith("1 unexpected: features.stage2.999999999999.half3x3.weight"));
  }

  @Test
  void brokenStateDictsEndInErrorsOfTheEngine() {
    Random random = new Random(Seed.of(ZooTest.class));
    List<Map<String, Tensor>> networks =
        List.of(tensors(SMALL), tensors(UNEVEN), tensors("vgnetg_1_0mp_se_mid"));
    for (int round = 0; round < 600; round++) {
      Map<String, Tensor> tensors = new LinkedHashMap<>(networks.get(round % networks.size()));
      int changes = 1 + random.nextInt(round % 2 == 0 ? 3 : tensors.size());
      for (int i = 0; i < changes; i++) {
        breakOne(tensors, random);
      }
      try {
        imported(tensors);
      } catch (EngineException e) {
        assertFalse(e.getMessage().isBlank());
      }
    }
  }

  /** Drops, copies or reshapes a tensor. */
  private static void breakOne(Map<String, Tensor> tensors, Random random) {
    List<String> names = new ArrayList<>(tensors.keySet());
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    switch (random.nextInt(5)) {
      case 0 -> tensors.remove(name);
      case 1 -> tensors.put(names.get(random.nextInt(names.size())), tensors.get(name));
      case 2 -> {
        int[] extents = new int[random.nextInt(5)];
        for (int i = 0; i < extents.length; i++) {
          extents[i] = random.nextInt(4);
        }
        tensors.put(name, zeros(extents));
      }
      case 3 -> tensors.put(name, zeros(Integer.MAX_VALUE - 1, Integer.MAX_VALUE, 0));
      default -> {
        int[] extents = tensors.get(name).shape().toArray();
        if (extents.length > 0) {
          extents[0] = random.nextInt(2 * Math.min(extents[0], 1000) + 1);
        }
        tensors.put(name, zeros(extents));
      }
    }
  }

  private static Preprocessing preprocessing(String name, ImportOptions options) {
    return imported(tensors(name), options).file().metadata().preprocessing();
  }

  private static List<Function> activations(ImportedModel model) {
    return model.file().graph().nodes().stream()
        .filter(node -> node.operator() instanceof Operator.Activation)
        .map(node -> ((Operator.Activation) node.operator()).function())
        .distinct()
        .collect(Collectors.toList());
  }

  private static double[] logits(ImportedModel model) {
    Shape input = Shape.of(1, 3, 33, 5);
    ModelFile file = model.file();
    return new ReferenceInterpreter(file.graph(), file.tensors())
        .run(input, RuleWeights.input(input))
        .get("classifier.1");
  }

  private static Map<String, Tensor> tensors(String name) {
    return new LinkedHashMap<>(GoldenCase.load(name).stateDict().tensors());
  }

  private static ImportedModel imported(Map<String, Tensor> tensors) {
    return imported(tensors, DEFAULTS);
  }

  private static ImportedModel imported(Map<String, Tensor> tensors, ImportOptions options) {
    return Zoo.importStateDict(
        new StateDict(tensors, List.of()), "checkpoint.pth", "0".repeat(64), options);
  }

  private static Tensor zeros(int... extents) {
    Shape shape = Shape.of(extents);
    return Tensor.of(shape, new float[(int) shape.elementCount()]);
  }
}
