package dev.vgnet.zoo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import dev.vgnet.torch.StateDict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.zip.GZIPInputStream;

/**
 * A real PyTorch network with weights made by {@link RuleWeights}, and what it computed in float64.
 * The files and their format are made by {@code src/test/python/compact_golden.py}.
 */
final class GoldenCase {
  /** Mean, root mean square, first and last element of a module's output. */
  record Stage(String module, double mean, double rms, double first, double last) {}

  private record Key(String name, String role, Shape shape) {}

  private final Map<String, String> facts = new HashMap<>();
  private final Map<String, double[]> fixed = new HashMap<>();
  private final List<Key> keys = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();
  private final List<double[]> logits = new ArrayList<>();

  private GoldenCase() {}

  /** The names of all cases, in the order of the alphabet. */
  static List<String> names() {
    try (BufferedReader reader = open("index.txt", false)) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GoldenCase load(String name) {
    GoldenCase result = new GoldenCase();
    try (BufferedReader reader = open(name + ".txt.gz", true)) {
      reader.lines().forEach(result::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return result;
  }

  private static BufferedReader open(String name, boolean zipped) throws IOException {
    InputStream in = GoldenCase.class.getResourceAsStream("/golden/" + name);
    return new BufferedReader(new InputStreamReader(zipped ? new GZIPInputStream(in) : in, UTF_8));
  }

  private void read(String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "fixed" -> {
        for (String key : words[1].split(",")) {
          fixed.put(key, numbers(words, 2));
        }
      }
      case "key" -> {
        int[] extents = Arrays.stream(words).skip(3).mapToInt(Integer::parseInt).toArray();
        keys.add(new Key(words[1], words[2], Shape.of(extents)));
      }
      case "stage" -> {
        double[] values = numbers(words, 2);
        stages.add(new Stage(words[1], values[0], values[1], values[2], values[3]));
      }
      case "logits" -> logits.add(numbers(words, 1));
      default -> facts.put(words[0], line.substring(words[0].length() + 1));
    }
  }

  private static double[] numbers(String[] words, int from) {
    return Arrays.stream(words).skip(from).mapToDouble(Double::parseDouble).toArray();
  }

  Shape inputShape() {
    return Shape.of(
        Arrays.stream(facts.get("input").split(" ")).mapToInt(Integer::parseInt).toArray());
  }

  long learnableParameters() {
    return Long.parseLong(facts.get("learnable"));
  }

  /** Of one image. */
  long multiplyAccumulates() {
    return Long.parseLong(facts.get("macs"));
  }

  double logitsStandardDeviation() {
    return Double.parseDouble(facts.get("std"));
  }

  /** The largest error of PyTorch's own float32 run. */
  double float32Error() {
    return Double.parseDouble(facts.get("float32-error"));
  }

  List<Stage> stages() {
    return stages;
  }

  /** All rows, one after the other. */
  double[] logits() {
    return logits.stream().flatMapToDouble(DoubleStream::of).toArray();
  }

  /** The network's state dict; where the case has its weights rounded, in that type. */
  StateDict stateDict() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    keys.forEach(key -> tensors.put(key.name(), tensor(key)));
    return new StateDict(tensors, List.of());
  }

  private Tensor tensor(Key key) {
    return switch (key.role()) {
      case "int" -> Tensor.wrap(key.shape(), DataType.INT64, MemorySegment.ofArray(new byte[8]));
      case "fixed" -> rounded(repeated(fixed.get(key.name()), key.shape()));
      default ->
          rounded(
              RuleWeights.tensor(
                  key.name(), key.role(), key.shape(), Double.parseDouble(facts.get("gain"))));
    };
  }

  private static Tensor repeated(double[] period, Shape shape) {
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) period[i % period.length];
    }
    return Tensor.of(shape, values);
  }

  private Tensor rounded(Tensor tensor) {
    return switch (facts.get("round")) {
      case "float32" -> tensor;
      case "float16" -> halves(tensor, DataType.FLOAT16);
      case "bfloat16" -> halves(tensor, DataType.BFLOAT16);
      default -> throw new IllegalStateException("rounds to " + facts.get("round"));
    };
  }

  private static Tensor halves(Tensor tensor, DataType type) {
    float[] values = tensor.toFloatArray();
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort(type == DataType.FLOAT16 ? Float.floatToFloat16(value) : toBfloat16(value));
    }
    return Tensor.wrap(tensor.shape(), type, MemorySegment.ofArray(bytes.array()));
  }

  /** To the nearest bfloat16, ties to even; finite numbers only. */
  private static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int roundUp = 0x7fff + ((bits >>> 16) & 1);
    return (short) ((bits + roundUp) >>> 16);
  }
}
