package dev.vgnet.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** An ONNX graph that is being written down; every name in it is used once. For one thread. */
final class OnnxGraph {
  /** What a protobuf message may hold, less room for nodes and names. */
  private static final long MAX_WEIGHT_BYTES = Integer.MAX_VALUE - (64L << 20);

  private final GraphProto.Builder proto = GraphProto.newBuilder();
  private final Set<String> names;
  private final Map<Object, String> initializers = new HashMap<>();
  private long weightBytes;

  /**
   * @param values names that nodes and initializers beside the network's own must not take
   */
  OnnxGraph(Collection<String> values) {
    names = new HashSet<>(values);
    names.add(""); // stands for no value at all
  }

  GraphProto.Builder proto() {
    return proto;
  }

  /** Adds a node that computes the value {@code output}. */
  void node(String type, List<String> inputs, String output, AttributeProto... attributes) {
    proto.addNode(
        NodeProto.newBuilder()
            .setOpType(type)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
  }

  /**
   * Adds a node that computes a value of no name in the network.
   *
   * @return the value's name, like {@code wanted}
   */
  String inner(String type, List<String> inputs, String wanted, AttributeProto... attributes) {
    String output = unused(wanted);
    node(type, inputs, output, attributes);
    return output;
  }

  /**
   * Float32 numbers, added when they are first asked for.
   *
   * @param key stands for the same numbers whenever it is given
   * @return the initializer's name, like {@code wanted}
   */
  String floats(Object key, String wanted, int[] extents, Supplier<float[]> numbers) {
    return initializers.computeIfAbsent(
        key,
        _ -> {
          // Before the numbers are asked for: no array may be as long.
          weightBytes += Float.BYTES * Shape.of(extents).elementCount();
          if (weightBytes > MAX_WEIGHT_BYTES) {
            throw new UnsupportedModelException(
                "an ONNX file holds less than 2 GiB; the weights up to %s exceed it"
                    .formatted(wanted));
          }
          float[] values = numbers.get();
          ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
          bytes.asFloatBuffer().put(values);
          TensorProto.Builder tensor =
              TensorProto.newBuilder()
                  .setDataType(TensorProto.DataType.FLOAT_VALUE)
                  .setRawData(UnsafeByteOperations.unsafeWrap(bytes));
          for (int extent : extents) {
            tensor.addDims(extent);
          }
          return add(wanted, tensor);
        });
  }

  /** A float32 scalar. */
  String scalar(float value) {
    return floats(value, "scalar." + value, new int[0], () -> new float[] {value});
  }

  /** A list of integers, such as a shape or axes. */
  String integers(long... values) {
    List<Long> list = LongStream.of(values).boxed().toList();
    return initializers.computeIfAbsent(
        list,
        _ ->
            add(
                "integers." + list,
                TensorProto.newBuilder()
                    .setDataType(TensorProto.DataType.INT64_VALUE)
                    .addDims(values.length)
                    .addAllInt64Data(list)));
  }

  private String add(String wanted, TensorProto.Builder tensor) {
    String name = unused(wanted);
    proto.addInitializer(tensor.setName(name));
    return name;
  }

  private String unused(String wanted) {
    String name = wanted;
    while (!names.add(name)) {
      name += "_";
    }
    return name;
  }
}
