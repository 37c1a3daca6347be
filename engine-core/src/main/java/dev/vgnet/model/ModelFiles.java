package dev.vgnet.model;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads and writes weight files: safetensors files whose metadata carries the graph. */
public final class ModelFiles {
  private static final String VERSION = "1";

  private static final String FORMAT_KEY = "vgnet.format";
  private static final String GRAPH_KEY = "vgnet.graph";
  private static final String PREPROCESS_KEY = "vgnet.preprocess";
  private static final String LABELS_KEY = "vgnet.labels";
  private static final String SOURCE_KEY = "vgnet.source";

  private ModelFiles() {}

  /**
   * Maps and checks a weight file. The file must not be changed while the model is in use.
   *
   * @throws ModelFormatException if it is no valid weight file
   * @throws IOException if it cannot be read
   */
  public static ModelFile read(Path path) throws IOException {
    Safetensors file = Safetensors.read(path);
    try {
      return decode(file);
    } catch (ModelFormatException e) {
      throw e.inFile(path);
    }
  }

  /**
   * Writes a weight file as a whole; an older one is replaced in one step.
   *
   * @throws IllegalArgumentException if names and graph need a header longer than the format
   *     allows, or graph, labels, preprocessing or source more than 4 Mi characters as JSON, or a
   *     tensor that the graph does not name, a label or the source holds half a surrogate pair
   * @throws IOException if it cannot be written; {@code path} is then as it was
   */
  public static void write(Path path, ModelFile file) throws IOException {
    encode(file).write(path);
  }

  /** Whether a file says that it is a weight file, of any version, and no plain state dict. */
  public static boolean isWeightFile(Safetensors file) {
    return isWeightFile(file.metadata());
  }

  private static boolean isWeightFile(Map<String, String> texts) {
    return texts.keySet().stream().anyMatch(key -> key.startsWith("vgnet."));
  }

  static ModelFile decode(Safetensors file) {
    Map<String, String> texts = file.metadata();
    checkVersion(texts);
    return new ModelFile(
        parse(texts, GRAPH_KEY).object(GraphJson::read),
        file.tensors(),
        new Metadata(
            parse(texts, PREPROCESS_KEY).object(ModelFiles::readPreprocessing),
            parse(texts, LABELS_KEY).list(JsonValue::text),
            parse(texts, SOURCE_KEY).object(ModelFiles::readSource)));
  }

  static Safetensors encode(ModelFile file) {
    Metadata metadata = file.metadata();
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(FORMAT_KEY, VERSION);
    put(texts, SOURCE_KEY, write(metadata.source()));
    put(texts, PREPROCESS_KEY, write(metadata.preprocessing()));
    put(texts, LABELS_KEY, metadata.labels());
    put(texts, GRAPH_KEY, GraphJson.write(file.graph()));
    return new Safetensors(file.tensors(), texts);
  }

  private static void put(Map<String, String> texts, String key, Object value) {
    String text = Json.write(value);
    if (text.length() > Json.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "%s: %d characters, at most %d would be read"
              .formatted(key, text.length(), Json.MAX_LENGTH));
    }
    texts.put(key, text);
  }

  private static void checkVersion(Map<String, String> texts) {
    if (!isWeightFile(texts)) {
      throw new ModelFormatException(
          Safetensors.METADATA_KEY,
          "has no graph: the file is a plain state dict, which vgnet import turns into a weight"
              + " file");
    }
    String version = text(texts, FORMAT_KEY);
    if (!version.equals(VERSION)) {
      throw new ModelFormatException(
          FORMAT_KEY, "expected %s, found %s".formatted(VERSION, Printable.shortened(version)));
    }
  }

  private static JsonValue parse(Map<String, String> texts, String key) {
    return Json.parse(key, text(texts, key));
  }

  private static String text(Map<String, String> texts, String key) {
    String text = texts.get(key);
    if (text == null) {
      throw new ModelFormatException(Safetensors.METADATA_KEY, "has no " + key);
    }
    return text;
  }

  private static Map<String, Object> write(Preprocessing preprocessing) {
    return Json.object(
        "resize", preprocessing.resize(),
        "crop", preprocessing.crop(),
        "interpolation", Json.nameOf(preprocessing.interpolation()),
        "mean", preprocessing.mean(),
        "std", preprocessing.std());
  }

  private static Preprocessing readPreprocessing(JsonObject json) {
    return new Preprocessing(
        json.take("resize").integer(),
        json.take("crop").integer(),
        json.take("interpolation").constant(Interpolation.class),
        json.take("mean").list(JsonValue::number),
        json.take("std").list(JsonValue::number));
  }

  private static Map<String, Object> write(Metadata.Source source) {
    return Json.object(
        "checkpoint", source.checkpoint(),
        "sha256", source.sha256(),
        "architecture", source.architecture());
  }

  private static Metadata.Source readSource(JsonObject json) {
    return new Metadata.Source(
        json.take("checkpoint").text(),
        json.take("sha256").text(),
        json.take("architecture").text());
  }
}
