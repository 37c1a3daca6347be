package dev.vgnet.cpu.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import dev.vgnet.model.MappedFile;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every operator against what PyTorch computes in float64 (make_operator_cases.py). */
class ReferenceInterpreterTest {
  /** Sums of at most 150 products of numbers below 10, and PyTorch's own order of summation. */
  private static final double TOLERANCE = 1e-12;

  private record Case(
      String name, List<Tensor> inputs, Map<String, Tensor> tensors, Tensor output) {
    /** Its operator, read from a name such as {@code "conv 3x3 s2 p1 g2"}. */
    Operator operator() {
      String[] words = name.split(" ");
      return switch (words[0]) {
        case "conv" -> conv(number(words[2]), number(words[3]), words.length > 4 ? 2 : 1);
        case "depthwise" -> depthwise(Optional.of("bias"), number(words[2]), number(words[3]));
        case "shared" -> depthwise(Optional.empty(), number(words[3]), number(words[4]));
        case "batch" -> new Operator.BatchNorm("weight", "bias", "mean", "variance", 1e-3);
        case "activation" -> new Operator.Activation(Operator.Function.valueOf(words[1]));
        case "add" -> new Operator.Add();
        case "multiply" -> new Operator.Multiply();
        case "concat" -> new Operator.Concat();
        case "slice" -> new Operator.Slice(number(words[1]), number(words[2]));
        case "channel" -> new Operator.ChannelShuffle(number(words[2]));
        case "max" -> new Operator.MaxPool(number(words[2]), number(words[3]), number(words[4]));
        case "average" -> new Operator.AveragePool(number(words[2]), number(words[3]));
        case "adaptive" -> new Operator.AdaptiveAveragePool(number(words[3]));
        case "global" -> new Operator.GlobalAveragePool();
        case "linear" -> new Operator.Linear("weight", Optional.of("bias"));
        default -> throw new IllegalArgumentException(name);
      };
    }

    private static Operator conv(int stride, int padding, int groups) {
      return new Operator.Conv2d("weight", Optional.of("bias"), stride, padding, groups);
    }

    private static Operator depthwise(Optional<String> bias, int stride, int padding) {
      return new Operator.DepthwiseConv2d("weight", bias, stride, padding, false);
    }

    private static int number(String word) {
      return Integer.parseInt(word.replaceAll("[a-z]", ""));
    }
  }

  @TestFactory
  Stream<DynamicTest> agreesWithPyTorch() throws IOException {
    return cases().map(c -> dynamicTest(c.name, () -> check(c)));
  }

  @Test
  void refusesWeightsThatFitNoArray(@TempDir Path folder) throws IOException {
    Shape shape = Shape.of(1 << 16, 1 << 15);
    Path file = folder.resolve("sparse");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), shape.elementCount() - 1);
    }
    Tensor weight = Tensor.wrap(shape, DataType.UINT8, MappedFile.map(file));
    Operator linear = new Operator.Linear("weight", Optional.empty());
    Graph graph = new Graph("x", 1, List.of(new Node("y", linear, List.of("x"))), List.of("y"));
    Map<String, Tensor> tensors = Map.of("weight", weight);
    UnsupportedModelException e =
        assertThrows(
            UnsupportedModelException.class, () -> new ReferenceInterpreter(graph, tensors));
    assertEquals(
        "tensor weight: UINT8[65536, 32768] does not fit in an array, as this backend needs it",
        e.getMessage());
  }

  /** The product of both heights is no int. */
  @Test
  void poolsTallMapsAdaptively() {
    int height = 50_000;
    FeatureMap in = new FeatureMap(1, height, 1, new double[height]);
    Arrays.setAll(in.values(), y -> y);
    FeatureMap out = new FeatureMap(1, height, 1, new double[height]);
    ReferenceOperators.adaptiveAveragePool(in, out);
    assertArrayEquals(in.values(), out.values());
  }

  /** Two inputs are one graph input, cut in two by slices. */
  private static void check(Case c) {
    List<Node> nodes = new ArrayList<>();
    List<String> inputs = new ArrayList<>();
    int channels = 0;
    Shape first = c.inputs.getFirst().shape();
    for (Tensor input : c.inputs) {
      int count = input.shape().extent(1);
      String name = "input" + inputs.size();
      Operator slice = new Operator.Slice(channels, channels + count);
      nodes.add(new Node(name, slice, List.of("x")));
      inputs.add(name);
      channels += count;
    }
    if (c.name.equals("multiply per channel")) {
      nodes.add(new Node("gate", new Operator.GlobalAveragePool(), List.of(inputs.getLast())));
      inputs.set(1, "gate");
    }
    if (c.operator() instanceof Operator.Linear) {
      nodes.add(new Node("flat", new Operator.Flatten(), List.of(inputs.getFirst())));
      inputs.set(0, "flat");
    }
    nodes.add(new Node("y", c.operator(), inputs));
    Graph graph = new Graph("x", channels, nodes, List.of("y"));
    Shape shape = Shape.of(first.extent(0), channels, first.extent(2), first.extent(3));
    double[] y = new ReferenceInterpreter(graph, c.tensors).run(shape, joined(c, shape)).get("y");
    assertArrayEquals(c.output.toDoubleArray(), y, TOLERANCE);
  }

  /** The inputs of each image one after the other; a 1x1 map is spread over its channel. */
  private static double[] joined(Case c, Shape shape) {
    double[] joined = new double[(int) shape.elementCount()];
    int pixels = shape.extent(2) * shape.extent(3);
    int at = 0;
    for (int n = 0; n < shape.extent(0); n++) {
      for (Tensor input : c.inputs) {
        int channels = input.shape().extent(1);
        int perChannel = input.shape().extent(2) * input.shape().extent(3);
        for (int i = 0; i < channels * pixels; i++) {
          int channel = n * channels + i / pixels;
          joined[at++] = input.get((long) channel * perChannel + i % pixels % perChannel);
        }
      }
    }
    return joined;
  }

  private static Stream<Case> cases() throws IOException {
    try (InputStream in = ReferenceInterpreterTest.class.getResourceAsStream("operators.json")) {
      return ((List<?>) JSON.std.anyFrom(in)).stream().map(c -> read((Map<?, ?>) c));
    }
  }

  private static Case read(Map<?, ?> json) {
    Map<String, Tensor> tensors = new HashMap<>();
    ((Map<?, ?>) json.get("tensors"))
        .forEach((key, value) -> tensors.put((String) key, tensor(value)));
    return new Case(
        (String) json.get("name"),
        ((List<?>) json.get("inputs")).stream().map(ReferenceInterpreterTest::tensor).toList(),
        tensors,
        tensor(json.get("output")));
  }

  private static Tensor tensor(Object json) {
    Map<?, ?> map = (Map<?, ?>) json;
    int[] shape = ((List<?>) map.get("shape")).stream().mapToInt(e -> (Integer) e).toArray();
    double[] values =
        ((List<?>) map.get("values"))
            .stream().mapToDouble(e -> ((Number) e).doubleValue()).toArray();
    return Tensor.of(Shape.of(shape), values);
  }
}
