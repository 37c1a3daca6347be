package dev.vgnet.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.vgnet.Model;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.graph.Operator.DepthwiseConv2d;
import dev.vgnet.graph.Operator.Flatten;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.Operator.GlobalAveragePool;
import dev.vgnet.graph.Operator.Linear;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the files; that other engines compute the same is tested beside the peers. */
class OnnxExportTest {
  private static final List<String> LABELS = List.of("cat", "dog", "eel");

  private static Model model(List<String> labels, Map<String, Tensor> tensors, Node... nodes) {
    Graph graph = new Graph("x", 3, List.of(nodes), List.of(nodes[nodes.length - 1].name()));
    Metadata.Source source = new Metadata.Source("checkpoint.pth", "", "sample");
    Metadata metadata = new Metadata(Preprocessing.imageNet(8), labels, source);
    return Model.of(new ModelFile(graph, tensors, metadata));
  }

  private static Model linearModel(boolean pooled) {
    int features = pooled ? 3 : 3 * 8 * 8;
    List<Node> nodes = new ArrayList<>();
    nodes.add(
        new Node(
            "map", pooled ? new GlobalAveragePool() : new Activation(Function.RELU), List.of("x")));
    nodes.add(new Node("flat", new Flatten(), List.of("map")));
    nodes.add(new Node("logits", new Linear("weight", Optional.empty()), List.of("flat")));
    Tensor weight = Tensor.of(Shape.of(3, features), new float[3 * features]);
    return model(LABELS, Map.of("weight", weight), nodes.toArray(Node[]::new));
  }

  private static List<String> axes(ValueInfoProto value) {
    return value.getType().getTensorType().getShape().getDimList().stream()
        .map(OnnxExportTest::axis)
        .toList();
  }

  private static String axis(Dimension dimension) {
    return dimension.hasDimValue()
        ? Long.toString(dimension.getDimValue())
        : dimension.getDimParam();
  }

  @Test
  void leavesBatchFreeAndTheImageSizeWhereTheGraphDoes() {
    GraphProto free = OnnxExport.translate(linearModel(true)).getGraph();
    assertEquals(List.of("batch", "3", "height", "width"), axes(free.getInput(0)));
    assertEquals(List.of("batch", "3"), axes(free.getOutput(0)));
    GraphProto fixed = OnnxExport.translate(linearModel(false)).getGraph();
    assertEquals(List.of("batch", "3", "8", "8"), axes(fixed.getInput(0)));
    Node relu = new Node("map", new Activation(Function.RELU), List.of("x"));
    GraphProto map = OnnxExport.translate(model(List.of(), Map.of(), relu)).getGraph();
    assertEquals(List.of("batch", "3", "", ""), axes(map.getOutput(0)));
  }

  @Test
  void repeatsSharedKernels() {
    float[] kernel = {0.5f};
    DepthwiseConv2d shared = new DepthwiseConv2d("kernel", Optional.empty(), 1, 0, true);
    GraphProto graph =
        OnnxExport.translate(
                model(
                    List.of(),
                    Map.of("kernel", Tensor.of(Shape.of(1, 1, 1, 1), kernel)),
                    new Node("a", shared, List.of("x")),
                    new Node("b", shared, List.of("a"))))
            .getGraph();
    TensorProto weight = graph.getInitializer(0);
    assertEquals(1, graph.getInitializerCount(), "kernels are repeated once, then shared");
    assertEquals(List.of(3L, 1L, 1L, 1L), weight.getDimsList());
    float[] values = new float[3];
    weight
        .getRawData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f}, values);
  }

  /** In ONNX that would be no weight at all. */
  @Test
  void namesAWeightThatHasNoName() {
    Model model =
        model(
            List.of(),
            Map.of("", Tensor.of(Shape.of(1, 3, 1, 1), new float[3])),
            new Node("y", new Conv2d("", Optional.empty(), 1, 0, 1), List.of("x")));
    GraphProto graph = OnnxExport.translate(model).getGraph();
    assertEquals("_", graph.getInitializer(0).getName());
    assertEquals(List.of("x", "_"), graph.getNode(0).getInputList());
  }

  @Test
  void refusesValuesThatHaveNoName() {
    Model model = model(List.of(), Map.of(), new Node("", new Flatten(), List.of("x")));
    assertThrows(UnsupportedModelException.class, () -> OnnxExport.translate(model));
  }

  /** One kernel of 301 x 301 numbers, for each of 40,000 channels. */
  @Test
  void refusesWeightsThatFitNoArray() {
    Model model =
        model(
            List.of(),
            Map.of(
                "wide", Tensor.of(Shape.of(40_000, 3, 1, 1), new float[120_000]),
                "kernel", Tensor.of(Shape.of(1, 1, 301, 301), new float[301 * 301])),
            new Node("a", new Conv2d("wide", Optional.empty(), 1, 0, 1), List.of("x")),
            new Node(
                "b", new DepthwiseConv2d("kernel", Optional.empty(), 1, 150, true), List.of("a")));
    UnsupportedModelException e =
        assertThrows(UnsupportedModelException.class, () -> OnnxExport.translate(model));
    assertEquals(
        "an ONNX file holds less than 2 GiB; the weights up to kernel.repeated exceed it",
        e.getMessage());
  }

  @Test
  void givesEachValueANameOfItsOwn() {
    DepthwiseConv2d shared = new DepthwiseConv2d("a", Optional.empty(), 1, 0, true);
    GraphProto graph =
        OnnxExport.translate(
                model(
                    List.of(),
                    Map.of("a", Tensor.of(Shape.of(3, 1, 1, 1), new float[3])),
                    new Node("a", shared, List.of("x")),
                    new Node("b", new Activation(Function.SILU), List.of("a")),
                    new Node("b.sigmoid", new Activation(Function.SIGMOID), List.of("b")),
                    new Node("scalar.6.0", new Activation(Function.RELU6), List.of("b.sigmoid"))))
            .getGraph();
    Set<String> names = new HashSet<>(Set.of("x"));
    graph.getInitializerList().forEach(tensor -> assertTrue(names.add(tensor.getName())));
    for (NodeProto node : graph.getNodeList()) {
      assertTrue(names.containsAll(node.getInputList()), node.toString());
      assertTrue(names.addAll(node.getOutputList()), node.toString());
    }
    assertTrue(names.containsAll(List.of("a", "b", "b.sigmoid", "scalar.6.0")));
  }

  @Test
  void writesTheWholeModelWithItsMetadata(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxExport.write(linearModel(true), file);
    ModelProto onnx = ModelProto.parseFrom(Files.readAllBytes(file));
    assertEquals(OnnxExport.translate(linearModel(true)), onnx);
    assertEquals(OnnxExport.OPSET, onnx.getOpsetImport(0).getVersion());
    assertTrue(
        onnx.getMetadataPropsList().stream()
            .anyMatch(p -> p.getKey().equals("labels") && p.getValue().equals("cat\ndog\neel")));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count(), "no temporary file is left");
    }
  }
}
