package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.tensor.Shape;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule against the vectors that came with the reference cases. */
class RuleWeightsTest {
  @ParameterizedTest
  @CsvSource({
    "input, 1ebbae8f5810b65b, 188796 1641119 10944791 3416248 4604417",
    "features.stem.0.weight, ade626e18b3fb6d3, 15338298 1609572 9008476 9818829 4072745",
    "features.stem.2.running_var, 89c8a6e31a38a7e2, 4766533 10129309 6995933 7733838 15974042",
    "a, af63dc4c8601ec8c, 180413 6236610 16745713 16644785 11508178",
    "weight, 6911f8de1f27bf19, 13497485 903967 6328215 13909966 16179560",
  })
  void makesTheNumbersOfTheRule(String key, String hash, String upperBits) {
    long h = RuleWeights.hash(key);
    assertEquals(hash, "%016x".formatted(h));
    double[] expected =
        Arrays.stream(upperBits.split(" "))
            .mapToDouble(u -> Integer.parseInt(u) / 0x1p24)
            .toArray();
    assertArrayEquals(
        expected, LongStream.range(0, 5).mapToDouble(i -> RuleWeights.uniform(h, i)).toArray());
  }

  @Test
  void scalesAWeightByItsGain() {
    float[] values =
        RuleWeights.tensor(
                "features.stem.0.weight", "weight", Shape.of(28, 3, 3, 3), 1.4142135623730951)
            .toFloatArray();
    float[] first5 = {
      0.3905433714389801f,
      -0.3809533417224884f,
      0.03483397513628006f,
      0.0803724080324173f,
      -0.2425333708524704f
    };
    assertArrayEquals(first5, Arrays.copyOf(values, 5));
  }
}
