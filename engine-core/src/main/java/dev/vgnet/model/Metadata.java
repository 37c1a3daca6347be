package dev.vgnet.model;

import java.util.List;
import java.util.Objects;

/**
 * What a weight file says beside the graph and the tensors.
 *
 * @param labels the name of each class in the order of the logits, or empty
 */
public record Metadata(Preprocessing preprocessing, List<String> labels, Source source) {
  public Metadata {
    Objects.requireNonNull(preprocessing);
    Objects.requireNonNull(source);
    labels = List.copyOf(labels);
  }

  /**
   * Where the weights come from.
   *
   * @param checkpoint the name of the checkpoint file
   * @param sha256 its SHA-256 in lower-case hexadecimal
   * @param architecture the network's name in the zoo
   */
  public record Source(String checkpoint, String sha256, String architecture) {
    public Source {
      Objects.requireNonNull(checkpoint);
      Objects.requireNonNull(sha256);
      Objects.requireNonNull(architecture);
    }
  }
}
