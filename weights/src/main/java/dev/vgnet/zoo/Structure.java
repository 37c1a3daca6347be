package dev.vgnet.zoo;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Networks that differ only in what a checkpoint's tensors tell: widths, numbers of blocks, classes
 * and whether convolutions are separated as {@link BsConv} has it. Strides are told by no tensor,
 * so networks for large and for small images are two structures.
 *
 * @param name begins the name of a network of this structure that is none of {@code networks}
 * @param imageSize side in pixels of the image the networks were made for
 * @param styles the ways checkpoints name the tensors, the paper's authors' first
 * @param networks those that have a name; each alone is enough to recognise the structure by
 */
public record Structure(
    String name, int imageSize, List<KeyStyle> styles, List<NamedNetwork> networks) {
  public Structure {
    styles = List.copyOf(styles);
    networks = List.copyOf(networks);
    if (styles.isEmpty() || networks.isEmpty()) {
      throw new IllegalArgumentException(name + " has no style or no network");
    }
  }

  /** The network of that name, in letters of either case, also with its convolutions separated. */
  Optional<NamedNetwork> network(String asked) {
    String suffix = BsConv.ofName(asked.toLowerCase(Locale.ROOT)).suffix();
    return networks.stream()
        .filter(
            network ->
                asked.equalsIgnoreCase(network.base())
                    || asked.equalsIgnoreCase(network.base() + suffix))
        .findFirst();
  }
}
