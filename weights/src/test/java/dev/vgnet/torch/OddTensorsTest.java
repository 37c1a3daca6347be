package dev.vgnet.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Views, strides, offsets, shared storages and every number type, value by value. */
class OddTensorsTest {
  private static final Pattern TENSOR =
      Pattern.compile(
          """
          "(\\w+)": \\{\\s*"dtype": "(\\w+)",\\s*"shape": \\[([^]]*)],\\s*"stride": [^]]*],\
          \\s*"storage_offset": \\d+,\\s*"values": \\[([^]]*)]\
          """);

  @ParameterizedTest
  @ValueSource(
      strings = {"odd_tensors.zip.pth", "odd_tensors.proto4.zip.pth", "odd_tensors.legacy.pth"})
  void readsEveryValue(String name) throws IOException {
    StateDict stateDict = Checkpoints.read(Resources.path(name));
    List<String> names = new ArrayList<>();
    for (MatchResult expected : expected()) {
      names.add(expected.group(1));
      Tensor tensor = stateDict.tensors().get(expected.group(1));
      assertEquals(expected.group(2), tensor.dataType().name().toLowerCase(Locale.ROOT));
      assertArrayEquals(
          numbers(expected.group(3)).mapToInt(Integer::parseInt).toArray(),
          tensor.shape().toArray(),
          expected.group(1));
      assertArrayEquals(
          numbers(expected.group(4)).mapToDouble(Double::parseDouble).toArray(),
          tensor.toDoubleArray(),
          expected.group(1));
    }
    assertEquals(19, names.size());
    assertEquals(names, List.copyOf(stateDict.tensors().keySet()));
  }

  private static List<MatchResult> expected() throws IOException {
    String json = Files.readString(Resources.path("odd_tensors.expected.json"));
    return TENSOR.matcher(json).results().toList();
  }

  private static Stream<String> numbers(String list) {
    return list.isBlank() ? Stream.empty() : Stream.of(list.strip().split(",\\s*"));
  }
}
