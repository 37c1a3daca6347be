package dev.vgnet.cuda.program;

import dev.vgnet.plan.SortedValue;
import dev.vgnet.plan.Value;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The input of a fully connected layer: all numbers of an image as one pixel.
 *
 * @param columns for each number, the column of its weights
 */
record Flat(View vector, List<Integer> columns) {
  static Flat of(Value value, StepScope scope) {
    View map = scope.view(value);
    int pixels = Math.toIntExact(map.pixelsPerImage());
    if (pixels == 1) {
      SortedValue sorted = SortedValue.of(value);
      return new Flat(scope.readable(sorted.value()), sorted.channels());
    }
    int channels = map.channels();
    return new Flat(
        contiguous(map, scope).asVector(),
        IntStream.range(0, Math.multiplyExact(channels, pixels))
            .map(i -> i % channels * pixels + i / channels)
            .boxed()
            .toList());
  }

  private static View contiguous(View map, StepScope scope) {
    if (map.isContiguous()) {
      return map;
    }
    View flat = scope.workspace.flat(map);
    scope.launches.gather(map, flat);
    return flat;
  }
}
