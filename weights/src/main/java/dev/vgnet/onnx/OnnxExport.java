package dev.vgnet.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.vgnet.Model;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.ShapeInference;
import dev.vgnet.model.AtomicFile;
import dev.vgnet.model.Metadata;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Writes a model as ONNX, for engines that read it: the graph as it stands, one ONNX node or a few
 * for each operator, values by the names of their nodes. The batch axis is free; height and width
 * are too, unless the graph takes images of the model's own size only. Needs {@code
 * org.tribuo:tribuo-util-onnx}, an optional dependency of this module.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>
 */
public final class OnnxExport {
  /** The version of ONNX's operators that the files use: what engines have read since 2022. */
  public static final int OPSET = 17;

  /** The version of the file format that goes with {@link #OPSET}. */
  private static final int IR_VERSION = 8;

  private OnnxExport() {}

  /**
   * Writes {@code model}, replacing the file as a whole. Weights become float32: shorter types
   * exactly, float64 by rounding.
   *
   * @throws dev.vgnet.error.UnsupportedModelException if the weights exceed ONNX's two gigabytes
   * @throws IOException if the file cannot be written
   */
  public static void write(Model model, Path path) throws IOException {
    ModelProto onnx = translate(model);
    AtomicFile.write(path, channel -> onnx.writeTo(Channels.newOutputStream(channel)));
  }

  static ModelProto translate(Model model) {
    Graph graph = model.graph();
    int size = model.metadata().preprocessing().crop();
    Map<String, Shape> shapes = shapes(model, size);
    if (shapes.containsKey("")) {
      throw new UnsupportedModelException(
          "the input or a node has an empty name, which stands for no value at all in ONNX");
    }
    Map<String, Shape> otherShapes = shapesOfLargerImages(model, size, shapes);

    OnnxGraph onnx = new OnnxGraph(shapes.keySet());
    OperatorTranslation operators = new OperatorTranslation(model.tensors(), shapes, onnx);
    for (Node node : graph.nodes()) {
      operators.translate(node);
    }
    onnx.proto()
        .setName("network")
        .addInput(
            value(
                graph.input(),
                shapes.get(graph.input()),
                otherShapes.get(graph.input()),
                List.of("height", "width")));
    for (String output : new LinkedHashSet<>(graph.outputs())) {
      onnx.proto().addOutput(value(output, shapes.get(output), otherShapes.get(output), List.of()));
    }
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setProducerName("vgnet")
        .addAllMetadataProps(properties(model.metadata()))
        .setGraph(onnx.proto())
        .build();
  }

  private static Map<String, Shape> shapes(Model model, int size) {
    return ShapeInference.infer(model.graph(), Tensor.shapes(model.tensors()), size, size);
  }

  /** For images of twice the size, or the same shapes again where the graph does not take them. */
  private static Map<String, Shape> shapesOfLargerImages(
      Model model, int size, Map<String, Shape> shapes) {
    try {
      return shapes(model, 2 * size);
    } catch (ModelFormatException _) {
      return shapes;
    }
  }

  /**
   * A value with a free batch axis; the extents that depend on the image's size are free too.
   *
   * @param freeNames of the axes after the channels, or empty for axes without a name
   */
  private static ValueInfoProto value(
      String name, Shape shape, Shape otherShape, List<String> freeNames) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    dimensions.addDim(Dimension.newBuilder().setDimParam("batch"));
    for (int i = 0; i < shape.rank(); i++) {
      Dimension.Builder dimension = dimensions.addDimBuilder();
      if (shape.extent(i) == otherShape.extent(i)) {
        dimension.setDimValue(shape.extent(i));
      } else if (!freeNames.isEmpty()) {
        dimension.setDimParam(freeNames.get(i - 1));
      }
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT_VALUE)
            .setShape(dimensions)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** What else a user of the file must know: how pictures become input, and what classes mean. */
  private static List<StringStringEntryProto> properties(Metadata metadata) {
    List<StringStringEntryProto> properties = new ArrayList<>();
    properties.add(property("architecture", metadata.source().architecture()));
    properties.add(property("checkpoint", metadata.source().checkpoint()));
    properties.add(property("checkpoint.sha256", metadata.source().sha256()));
    properties.add(property("resize", metadata.preprocessing().resize()));
    properties.add(property("crop", metadata.preprocessing().crop()));
    properties.add(property("interpolation", metadata.preprocessing().interpolation()));
    properties.add(property("mean", metadata.preprocessing().mean()));
    properties.add(property("std", metadata.preprocessing().std()));
    if (!metadata.labels().isEmpty()) {
      properties.add(property("labels", String.join("\n", metadata.labels())));
    }
    return properties;
  }

  private static StringStringEntryProto property(String key, Object value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value.toString()).build();
  }
}
