package dev.vgnet.torch;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The checkpoints that lie beside the tests. */
final class Resources {
  private Resources() {}

  static Path path(String name) {
    try {
      return Path.of(Resources.class.getResource("/checkpoints/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
