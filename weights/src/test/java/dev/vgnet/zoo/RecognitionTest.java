package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.EngineException;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.Seed;
import dev.vgnet.torch.StateDict;
import dev.vgnet.zoo.family.ResNet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in the keys and shapes of a state dict. */
class RecognitionTest {
  private static final Families FAMILIES = Families.found();
  private static final Set<String> NAMES = FAMILIES.names().collect(Collectors.toSet());

  /** For the largest tensor there is, of VGG-16. */
  private static final MemorySegment MEMORY = MemorySegment.ofArray(new byte[2 * 25088 * 4096]);

  private record Case(Structure structure, int style) {
    KeyStyle keyStyle() {
      return structure.styles().get(style);
    }

    @Override
    public String toString() {
      return structure.name() + " of " + keyStyle().name();
    }
  }

  /** A network of the catalogue in one of its styles. */
  private record Entry(String network, int style, String styleName) {}

  private static Stream<Entry> everyNetworkInEveryStyle() {
    return FAMILIES.structures().flatMap(RecognitionTest::entries);
  }

  private static Stream<Entry> entries(Structure structure) {
    List<Entry> entries = new ArrayList<>();
    for (int style = 0; style < structure.styles().size(); style++) {
      for (NamedNetwork network : structure.networks()) {
        entries.add(new Entry(network.name(), style, structure.styles().get(style).name()));
      }
    }
    return entries.stream();
  }

  /** From shapes alone: the tensors share their memory. Those of twins are the same. */
  @ParameterizedTest
  @MethodSource("everyNetworkInEveryStyle")
  void everyNetworkIsRecognisedInEveryStyle(Entry entry) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    FAMILIES
        .network(entry.network(), entry.style())
        .orElseThrow()
        .expected()
        .forEach((name, shape) -> tensors.put(name, zerosOfHalfPrecision(shape)));
    ImportOptions options = ImportOptions.defaults();
    String large = entry.network().replaceFirst("^cifar_", "");
    if (NAMES.containsAll(Set.of(large, "cifar_" + large))) {
      assertAsks("cifar_%s and %s".formatted(large, large), tensors);
      options = ImportOptions.of(entry.network());
    }
    ImportedModel imported = imported(tensors, options);
    assertEquals(entry.network(), imported.architecture());
    String found = imported.findings().getFirst();
    assertTrue(found.endsWith(" of " + entry.styleName()), found);
  }

  private static void assertAsks(String names, Map<String, Tensor> tensors) {
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertEquals(
        "the keys and shapes are those of %s: say which it is with --arch".formatted(names),
        e.getMessage());
  }

  private static Stream<Case> styles() {
    return FAMILIES
        .structures()
        .flatMap(
            structure ->
                Stream.iterate(0, i -> i + 1)
                    .limit(structure.styles().size())
                    .map(style -> new Case(structure, style)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar_resnet20_bsconvu",
        "cifar_resnet20_bsconvu_bn",
        "cifar_resnet20_bsconvs_p1d4",
        "cifar_resnet20_bsconvs_p3d8_nobn"
      })
  void separatedConvolutionsAreRecognised(String name) {
    assertEquals(name, imported(tensors(name, 0)).architecture());
  }

  /** Of an image's three channels, every ratio makes as many. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mobilenet_v2_x0_5_bsconvs_p1d6",
        "mobilenetv1_w1d4_bsconvs_p1d6",
        "regnet_x_400mf_bsconvs_p1d32_nobn",
        "ghostnet_x1_0_bsconvs_p3d4"
      })
  void aNetworkHasTheRatioThatWasAskedForIfItGivesTheSameTensors(String name) {
    Map<String, Tensor> tensors = tensors(name, 0);
    ImportOptions asked = ImportOptions.of(name.toUpperCase(Locale.ROOT));
    ImportedModel imported = imported(tensors, asked);
    assertEquals(name, imported.architecture());
    assertEquals(name, imported.file().metadata().source().architecture());
    String simplest = name.replaceAll("_p\\d+d\\d+", "_p1");
    assertEquals(simplest, imported(tensors, ImportOptions.of(simplest)).architecture());
    String otherNorms = name.endsWith("_nobn") ? name.replace("_nobn", "") : name + "_nobn";
    assertRefused("not of " + otherNorms, tensors, otherNorms);
  }

  @Test
  void refusesARatioThatTensorsContradict() {
    Map<String, Tensor> tensors = tensors("cifar_resnet20_bsconvs_p1d4", 0);
    assertRefused("not of cifar_resnet20_bsconvs_p1d2", tensors, "cifar_resnet20_bsconvs_p1d2");
  }

  @Test
  void saysThatNoNetworkHasTheNameOfASeparatedVgNet() {
    Map<String, Tensor> tensors = tensors("cifar_resnet20", 0);
    assertRefused("no network is called that", tensors, "vgnetg_1_0mp_bsconvu");
    UnsupportedModelException known =
        assertThrows(
            UnsupportedModelException.class,
            () -> imported(tensors, ImportOptions.of("resnet18_bsconvu")));
    assertTrue(known.getMessage().endsWith("not of resnet18_bsconvu"), known.getMessage());
  }

  private static void assertRefused(String expected, Map<String, Tensor> tensors, String asked) {
    UnsupportedModelException refusal =
        assertThrows(
            UnsupportedModelException.class, () -> imported(tensors, ImportOptions.of(asked)));
    assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
  }

  @Test
  void asksWhereTwoNetworksFit() {
    String name = "mobilenetv2_w1d2_bsconvs_p1d6";
    Map<String, Tensor> tensors = tensors(name, 0);
    assertAsks("cifar_%s and %s".formatted(name, name), tensors);
    assertEquals(
        "cifar_" + name, imported(tensors, ImportOptions.of("CIFAR_" + name)).architecture());
    UnsupportedModelException other =
        assertThrows(
            UnsupportedModelException.class, () -> imported(tensors, ImportOptions.of("resnet18")));
    assertTrue(other.getMessage().endsWith(", not of resnet18"), other.getMessage());
  }

  @Test
  void saysInWhichWidthsTheNetworkThatWasAskedForDiffers() {
    Map<String, Tensor> tensors = tensors("mobilenet_v3_large_x0_75", 0);
    assertRefused(
        "the keys and shapes are those of mobilenet_v3_large_x0_75, not of mobilenetv3_large_x0_75;"
            + " other widths: stage2.block1.expand.conv 48 for 64, stage2.block2.expand.conv 56"
            + " for 72, ",
        tensors,
        "mobilenetv3_large_x0_75");
    assertRefused(", head.hidden 960 for 1280", tensors, "mobilenetv3_large_x0_75");
    assertRefused(
        "; other widths: stage1.block4.conv1.conv 16 for 0, ",
        tensors("cifar_resnet56", 0),
        "cifar_resnet20");
  }

  @Test
  void listsTheDifferencesFromTheTwinThatWasAskedFor() {
    String name = "cifar_mobilenetv2_w1_bsconvs_p1d6";
    Map<String, Tensor> tensors = tensors(name, 0);
    tensors.remove("backbone.init_conv.bn.running_var");
    ModelFormatException e =
        assertThrows(ModelFormatException.class, () -> imported(tensors, ImportOptions.of(name)));
    assertEquals(
        "state dict: does not fit " + name + ": 1 missing: backbone.init_conv.bn.running_var [32]",
        e.getMessage());
  }

  @Test
  void takesWidthsFromTheTensors() {
    Map<String, Tensor> tensors = tensors("cifar_wrn16_2", 0);
    Map<Integer, Integer> pruned = Map.of(32, 27, 64, 51, 128, 99);
    tensors.replaceAll((_, tensor) -> resized(tensor, pruned));
    ImportedModel imported = imported(tensors);
    assertEquals("cifar_preresnet_custom", imported.architecture());
    assertTrue(
        imported.findings().stream().anyMatch(text -> text.contains("27, 27, 27, 27, 27, 51")),
        imported.findings().toString());
  }

  private static Tensor resized(Tensor tensor, Map<Integer, Integer> extents) {
    int[] sizes = tensor.shape().toArray();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = extents.getOrDefault(sizes[i], sizes[i]);
    }
    return zeros(sizes);
  }

  @Test
  void takesTheNumberOfBlocksFromTheKeys() {
    Map<String, Tensor> tensors = tensors("cifar_resnet20", 0);
    tensors.keySet().removeIf(key -> key.startsWith("backbone.stage2.unit3."));
    assertEquals("cifar_resnet_custom", imported(tensors).architecture());
  }

  /** densenet121-a639ec97.pth has names that torchvision renames when it loads them. */
  @Test
  void theDenseNetThatTorchvisionOffersIsRecognised() {
    Map<String, Tensor> published = new LinkedHashMap<>();
    tensors("densenet121", 0)
        .forEach(
            (name, tensor) ->
                published.put(
                    name.replaceAll("(denselayer\\d+\\.(?:norm|conv))(\\d)", "$1.$2"), tensor));
    assertTrue(published.containsKey("features.denseblock1.denselayer1.norm.1.weight"));
    assertEquals("densenet121", imported(published).architecture());
  }

  @Test
  void imagesAreNotNormalisedForNetworksThatDo() {
    Preprocessing own = imported(tensors("cifar_resnet20", 0)).file().metadata().preprocessing();
    assertEquals(
        new Preprocessing(
            32, 32, own.interpolation(), List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)),
        own);
    assertEquals(
        Preprocessing.imageNet(224),
        imported(tensors("resnet18", 1)).file().metadata().preprocessing());
  }

  /** As timm and torchvision say of the weights they publish. */
  @Test
  void preprocessesAsThePublishersOfTheWeightsDo() {
    List<Double> halves = List.of(0.5, 0.5, 0.5);
    assertEquals(
        new Preprocessing(333, 299, Interpolation.BICUBIC, halves, halves),
        preprocessing("legacy_xception", 0));
    assertEquals(Interpolation.BILINEAR, preprocessing("xception", 0).interpolation());
    for (int style : List.of(0, 2)) {
      Preprocessing found = preprocessing("efficientnet_b0", style);
      assertEquals(Interpolation.BICUBIC, found.interpolation());
      assertEquals(Preprocessing.imageNet(224).resize(), found.resize());
    }
  }

  private static Stream<Case> stylesOfTimm() {
    return styles().filter(item -> item.keyStyle().name().equals("timm"));
  }

  @ParameterizedTest
  @MethodSource("stylesOfTimm")
  void timmResizesForAllButVggBicubically(Case item) {
    boolean vgg = item.structure().name().startsWith("vgg");
    assertEquals(
        vgg ? Interpolation.BILINEAR : Interpolation.BICUBIC,
        item.keyStyle().preprocessing().apply(224).interpolation());
  }

  private static Preprocessing preprocessing(String name, int style) {
    Map<String, Tensor> tensors = tensors(name, style);
    return imported(tensors, ImportOptions.of(name)).file().metadata().preprocessing();
  }

  @Test
  void classesDoNotSetNetworksApart() {
    Map<String, Tensor> tensors = tensors("cifar_resnet20", 0);
    tensors.put("classifier.conv.weight", zeros(7, 64, 1, 1));
    tensors.put("classifier.conv.bias", zeros(7));
    ImportedModel imported = imported(tensors);
    assertEquals("cifar_resnet20", imported.architecture());
    assertTrue(imported.findings().contains("7 classes"));
  }

  @Test
  void listsTheDifferencesFromTheNearestNetwork() {
    Map<String, Tensor> tensors = tensors("mobilenet_v2_x0_5", 0);
    tensors.remove("features.3.conv.1.1.running_var");
    tensors.put("features.0.0.weight", zeros(18, 3, 3, 3));
    tensors.put("auxiliary.weight", zeros(1));
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> imported(tensors));
    assertEquals(
        "state dict: does not fit mobilenet_v2_x0_5: 1 missing: "
            + "features.3.conv.1.1.running_var [96]; 1 unexpected: auxiliary.weight; "
            + "1 mismatched: features.0.0.weight expected [16, 3, 3, 3], found [18, 3, 3, 3]",
        e.getMessage());
  }

  @Test
  void saysThatBottlenecksAreNotSupported() {
    Map<String, Tensor> tensors = tensors("resnet18", 1);
    tensors.put("layer1.0.conv3.weight", zeros(256, 64, 1, 1));
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> imported(tensors));
    assertTrue(e.getMessage().contains("bottleneck blocks, which are not"), e.getMessage());
  }

  /** Someone else's bottleneck blocks, which the zoo's ResNet would refuse. */
  private static final class Bottlenecks implements Family {
    private static final KeyStyle STYLE =
        KeyStyle.of("someone else")
            .rule("stage*.block*.conv*.conv", "layer{stage}.{block-1}.conv{3}")
            .rule("stage*.block*.conv*.norm", "layer{stage}.{block-1}.bn{3}")
            .rule("classifier", "fc");

    @Override
    public String name() {
      return "Bottlenecks";
    }

    @Override
    public List<Structure> structures() {
      NamedNetwork network = new NamedNetwork("bottlenecks", Bottlenecks::define, "");
      return List.of(new Structure("bottlenecks", 32, List.of(STYLE), List.of(network)));
    }

    private static Features define(Layers layers) {
      layers.row(1);
      String block = layers.block();
      Features x = layers.input();
      x = layers.convNormAct(block + ".conv1", x, 8, Conv.pointwise(), Function.RELU);
      x = layers.convNormAct(block + ".conv2", x, 8, Conv.of(3, 1), Function.RELU);
      x = layers.convNorm(block + ".conv3", x, 32, Conv.pointwise());
      return layers.classifier("classifier", layers.globalAveragePool("pool", x), 10);
    }
  }

  @Test
  void onlyTheNearestFamilyMayRefuse() {
    Families families = new Families(List.of(new ResNet(), new Bottlenecks()));
    Network network = families.network("bottlenecks", 0).orElseThrow();
    Map<String, Tensor> tensors =
        new LinkedHashMap<>(RandomWeights.of(network, Map.of(), 1).tensors());
    tensors.remove("layer1.0.bn3.running_var");
    StateDict stateDict = new StateDict(tensors, List.of());
    ModelFormatException e =
        assertThrows(
            ModelFormatException.class,
            () -> families.recognise(stateDict, ImportOptions.defaults()));
    assertEquals(
        "state dict: does not fit bottlenecks: 1 missing: layer1.0.bn3.running_var [32]",
        e.getMessage());
  }

  @Test
  void refusesAnotherActivation() {
    ImportOptions options =
        new ImportOptions(
            Optional.empty(), Optional.of(Function.SILU), Optional.empty(), Optional.empty());
    UnsupportedModelException e =
        assertThrows(
            UnsupportedModelException.class, () -> imported(tensors("cifar_resnet20", 0), options));
    assertEquals("cifar_resnet20 has activations of its own, no others", e.getMessage());
  }

  @Test
  void brokenStateDictsEndInErrorsOfTheEngine() {
    Random random = new Random(Seed.of(RecognitionTest.class));
    List<String> names =
        List.of(
            "cifar_resnet20",
            "cifar_preresnet20_bsconvu",
            "mobilenet_v3_small",
            "shufflenet_v2_x0_5",
            "regnet_y_400mf",
            "ghostnet_x1_0");
    for (int round = 0; round < 60; round++) {
      Map<String, Tensor> tensors = tensors(names.get(round % names.size()), 0);
      List<String> keys = new ArrayList<>(tensors.keySet());
      for (int i = random.nextInt(keys.size()); i >= 0; i--) {
        int[] extents = new int[random.nextInt(5)];
        for (int d = 0; d < extents.length; d++) {
          extents[d] = random.nextInt(1 << random.nextInt(4));
        }
        tensors.put(keys.get(random.nextInt(keys.size())), zeros(extents));
      }
      try {
        imported(tensors);
      } catch (EngineException e) {
        assertTrue(!e.getMessage().isBlank());
      }
    }
  }

  /** timm's names; the tensors are those of networks that pad as PyTorch does. */
  @Test
  void refusesNetworksThatPadAsTensorFlowDoes() {
    Map<String, Tensor> tensors = tensors("mobilenet_v3_small", 3);
    StateDict plain = new StateDict(tensors, List.of());
    ImportOptions unasked = ImportOptions.defaults();
    String file = "tf_mobilenetv3_small_100-37f49e2b.pth";
    assertPads("the checkpoint's path: tf_mobilenetv3_small_100 pads", plain, file, unasked);
    assertPads("name it with --arch", plain, "timm-tf_efficientnet_b0.safetensors", unasked);
    assertPads(
        "asked for: tf_efficientnet", plain, "x.pth", ImportOptions.of("tf_efficientnet_b0_ns"));
    StateDict named = new StateDict(tensors, Optional.of("tf_mobilenetv3_small_100"), List.of());
    assertPads("says of itself: tf_mobilenetv3", named, "x.pth", unasked);
    assertPads("says of itself", named, "x.pth", ImportOptions.of("mobilenet_v3_small"));

    ImportOptions said = ImportOptions.of("mobilenet_v3_small");
    assertEquals("mobilenet_v3_small", Zoo.importStateDict(plain, file, "", said).architecture());
    for (String path :
        List.of(
            "tf_mobilenetv3_small_100.in1k/model.safetensors",
            "/home/me/hub/models--timm--tf_mobilenetv3_small_100.in1k/snapshots/8a6f/model.bin")) {
      assertPads("the checkpoint's path: tf_mobilenetv3_small_100", plain, path, unasked);
      ImportedModel imported = Zoo.importStateDict(plain, path, "", said);
      String name = imported.file().metadata().source().checkpoint();
      assertEquals(path.substring(path.lastIndexOf('/') + 1), name);
    }
    String far = "/tf_mobilenetv3/a/b/c/model.bin";
    assertEquals("mobilenet_v3_small", Zoo.importStateDict(plain, far, "", unasked).architecture());
    StateDict namesake = new StateDict(tensors, Optional.of("mobilenetv3_small_100"), List.of());
    assertEquals(
        "mobilenet_v3_small",
        Zoo.importStateDict(namesake, "from_tf_mobile.pth", "", unasked).architecture());
  }

  @Test
  void neitherDotsNorLinksHideANetworkThatPads(@TempDir Path folder) throws IOException {
    StateDict plain = new StateDict(tensors("mobilenet_v3_small", 3), List.of());
    ImportOptions unasked = ImportOptions.defaults();
    String said = "the checkpoint's path: tf_mobilenetv2_100";
    assertPads(said, plain, "tf_mobilenetv2_100/x/y/z/../../../a.pth", unasked);
    String beside = "tf_mobilenetv2_100/../other/c.pth";
    assertEquals(
        "mobilenet_v3_small", Zoo.importStateDict(plain, beside, "", unasked).architecture());

    Path other = Files.createDirectory(folder.resolve("other"));
    Path padding = Files.createDirectory(folder.resolve("tf_mobilenetv2_100"));
    Path target = Files.createFile(padding.resolve("a.pth"));
    Path link = Files.createSymbolicLink(other.resolve("b.pth"), target);
    assertPads(said, plain, link.toString(), unasked);
    Path silent = Files.createFile(other.resolve("c.pth"));
    Path named = Files.createSymbolicLink(padding.resolve("d.pth"), silent);
    assertPads(said, plain, named.toString(), unasked);
  }

  private static void assertPads(
      String expected, StateDict stateDict, String checkpoint, ImportOptions options) {
    UnsupportedModelException refusal =
        assertThrows(
            UnsupportedModelException.class,
            () -> Zoo.importStateDict(stateDict, checkpoint, "", options));
    assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("SAME"), refusal.getMessage());
  }

  @Test
  void hugeShapesAreOnlyDifferences() {
    Map<String, Tensor> tensors = tensors("mobilenet_v3_small", 0);
    tensors.replaceAll(
        (_, tensor) ->
            tensor.shape().rank() == 0
                ? tensor
                : zeros(
                    Stream.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 0).mapToInt(i -> i).toArray()));
    assertThrows(ModelFormatException.class, () -> imported(tensors));
  }

  private static Map<String, Tensor> tensors(String name, int style) {
    Network network = FAMILIES.network(name, style).orElseThrow();
    return new LinkedHashMap<>(RandomWeights.of(network, Map.of(), 1).tensors());
  }

  private static ImportedModel imported(Map<String, Tensor> tensors) {
    return imported(tensors, ImportOptions.defaults());
  }

  private static ImportedModel imported(Map<String, Tensor> tensors, ImportOptions options) {
    return Zoo.importStateDict(new StateDict(tensors, List.of()), "checkpoint", "", options);
  }

  private static Tensor zerosOfHalfPrecision(Shape shape) {
    long bytes = 2 * shape.elementCount();
    return Tensor.wrap(shape, DataType.FLOAT16, MEMORY.asSlice(0, bytes));
  }

  private static Tensor zeros(int... extents) {
    Shape shape = Shape.of(extents);
    return Tensor.of(shape, new float[(int) shape.elementCount()]);
  }
}
