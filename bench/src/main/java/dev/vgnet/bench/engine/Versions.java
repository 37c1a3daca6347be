package dev.vgnet.bench.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What the build knows of the engines. */
public final class Versions {
  private static final Properties BUILD = load();

  private Versions() {}

  /** Told without loading it, which would unpack its libraries. */
  public static String onnxRuntime() {
    return BUILD.getProperty("onnxruntime");
  }

  /** The state of this engine, as git describes it; empty if it was built without git. */
  public static String commit() {
    return BUILD.getProperty("commit");
  }

  private static Properties load() {
    Properties build = new Properties();
    try (InputStream stream = Versions.class.getResourceAsStream("versions.properties")) {
      build.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return build;
  }
}
