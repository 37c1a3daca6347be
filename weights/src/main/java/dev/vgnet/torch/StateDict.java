package dev.vgnet.torch;

import dev.vgnet.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a checkpoint by name, in the order of the file. Immutable.
 *
 * @param architecture the network's name, where the checkpoint says it as timm's trainer does
 * @param notes what the reader did on the way, for people: the entry it chose, prefixes it removed
 */
public record StateDict(
    Map<String, Tensor> tensors, Optional<String> architecture, List<String> notes) {
  public StateDict {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    notes = List.copyOf(notes);
  }

  /** Tensors of which nothing tells what network they are of. */
  public StateDict(Map<String, Tensor> tensors, List<String> notes) {
    this(tensors, Optional.empty(), notes);
  }
}
