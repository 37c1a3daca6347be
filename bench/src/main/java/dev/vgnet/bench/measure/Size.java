package dev.vgnet.bench.measure;

import java.util.Comparator;
import java.util.List;

/**
 * How much is given to an engine at once.
 *
 * @param threads of the engine; 0 on a GPU
 */
public record Size(int batch, int threads) {
  public static Size of(NetworkResult result) {
    return new Size(result.batch(), result.threads());
  }

  /** Those of some results, the smallest batch first. */
  public static List<Size> of(List<NetworkResult> results) {
    return results.stream()
        .map(Size::of)
        .distinct()
        .sorted(Comparator.comparing(Size::batch).thenComparing(Size::threads))
        .toList();
  }

  /**
   * Those on the CPU that more than one network was measured with, and a quarter of the networks at
   * least, the smallest batch first.
   */
  public static List<Size> ofMany(List<NetworkResult> results) {
    long networks = results.stream().map(NetworkResult::model).distinct().count();
    return of(results).stream()
        .filter(size -> size.threads() > 0)
        .filter(
            size -> {
              long count = results.stream().map(Size::of).filter(size::equals).count();
              return count > 1 && 4 * count >= networks;
            })
        .toList();
  }

  /** As people call it: {@code batch 16, 2 threads}. */
  public String label() {
    return "batch " + batch + (threads == 0 ? "" : ", " + threads(threads));
  }

  /** A number of threads in words. */
  public static String threads(int threads) {
    return threads == 1 ? "1 thread" : threads + " threads";
  }
}
