package dev.vgnet.zoo;

import dev.vgnet.error.Printable;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.torch.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * timm's {@code tf_} networks have the tensors of their namesakes, but pad as TensorFlow does
 * (SAME: of an odd number of zeros, one more at the bottom and right) and have another epsilon in
 * their batch norms. Names alone tell them apart.
 */
final class TensorFlowPadding {
  /**
   * The file and the folders above it: of {@code models--timm--tf_mobilenet…/snapshots/HASH/FILE},
   * as a download of Hugging Face's lies, the first tells.
   */
  private static final int TELLING_PARTS = 4;

  private static final Pattern NAME =
      Pattern.compile("(?<![A-Za-z0-9])tf_(?:efficientnet|mobilenet|mixnet)\\w*");

  private TensorFlowPadding() {}

  /**
   * Refuses such a network, rather than to compute other logits than it would.
   *
   * @param checkpoint the file, whose path counts unless the caller says what is in it; so does,
   *     where the file is there, that of what it links to
   * @throws UnsupportedModelException if something says that it is one
   */
  static void refuse(StateDict stateDict, Path checkpoint, ImportOptions options) {
    refuse("the network that was asked for", options.architecture().orElse(""), "");
    refuse("the checkpoint says of itself", stateDict.architecture().orElse(""), "");
    if (options.architecture().isEmpty()) {
      paths(checkpoint).forEach(TensorFlowPadding::refuse);
    }
  }

  /** A link's own name may tell as well as its target's; {@code ..} hides neither. */
  private static Set<Path> paths(Path checkpoint) {
    Set<Path> paths = new LinkedHashSet<>(Set.of(checkpoint.normalize()));
    try {
      paths.add(checkpoint.toRealPath());
    } catch (IOException _) {
      // The file is not at hand: its name is all there is.
    }
    return paths;
  }

  private static void refuse(Path path) {
    String remedy = "; where the name misleads, name it with --arch";
    for (int i = Math.max(0, path.getNameCount() - TELLING_PARTS); i < path.getNameCount(); i++) {
      refuse("the checkpoint's path", path.getName(i).toString(), remedy);
    }
  }

  private static void refuse(String source, String name, String remedy) {
    Matcher matcher = NAME.matcher(name);
    if (matcher.find()) {
      throw new UnsupportedModelException(
          ("%s: %s pads as TensorFlow does (SAME), which is not supported: with padding as in"
                  + " PyTorch its tensors would give other logits%s")
              .formatted(source, Printable.shortened(matcher.group()), remedy));
    }
  }
}
