package dev.vgnet.zoo;

import dev.vgnet.error.Printable;
import dev.vgnet.error.UnsupportedModelException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Checkpoints that are not of the network that was asked for, which no network may be called, or of
 * several while none was asked for.
 */
final class OtherNetwork {
  private static final String CUSTOM = "_custom";

  private OtherNetwork() {}

  /**
   * @param names of the networks that have its tensors
   */
  static UnsupportedModelException ambiguity(String names) {
    return new UnsupportedModelException(
        "the keys and shapes are those of %s: say which it is with --arch".formatted(names));
  }

  /**
   * @param found what the checkpoint is of
   * @param asked a name that no network of these keys and shapes has
   * @param widths in which the two differ, where that is all that sets them apart
   */
  static UnsupportedModelException refusal(String found, String asked, List<String> widths) {
    List<String> names = Zoo.names();
    String hint =
        isKnown(asked, names)
            ? ""
            : "; no network is called that%s: see vgnet list"
                .formatted(nearest(asked, names).map(", did you mean %s?"::formatted).orElse(""));
    String other = widths.isEmpty() ? "" : "; other widths: " + Differences.listed(widths);
    return new UnsupportedModelException(
        "the keys and shapes are those of %s, not of %s%s%s"
            .formatted(found, Printable.shortened(asked), hint, other));
  }

  /** Of the names that a list cannot hold, all that look like one. */
  private static boolean isKnown(String asked, List<String> names) {
    String name = asked.toLowerCase(Locale.ROOT);
    return name.contains(CUSTOM)
        || name.endsWith(VgNet.THUMBNAIL)
        || Families.found().structures().anyMatch(s -> s.network(name).isPresent())
        || names.stream().anyMatch(name::equalsIgnoreCase);
  }

  /** The one that begins the most like it, if most of it does. */
  private static Optional<String> nearest(String asked, List<String> names) {
    String plain = plain(asked);
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(plain, plain(name))))
        .filter(name -> 3 * distance(plain, plain(name)) < plain.length());
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** Edits of single letters (Levenshtein) that make the beginning of a name. */
  private static int distance(String asked, String name) {
    int[] row = new int[name.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= asked.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int same = diagonal + (asked.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(same, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return Arrays.stream(row).min().getAsInt();
  }
}
