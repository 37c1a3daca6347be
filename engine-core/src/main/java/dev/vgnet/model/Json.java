package dev.vgnet.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.jr.ob.JSON;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** JSON texts in a weight file's metadata, to and from values. */
final class Json {
  /** A hundred times the graph of a large network; it bounds the memory of the parsed values. */
  static final int MAX_LENGTH = 1 << 22;

  private static final JSON STRICT =
      JSON.builder(
              strict(
                  StreamReadConstraints.builder().maxNestingDepth(8).maxNumberLength(40).build()))
          .build();

  private Json() {}

  /** Names are not pooled: a pool can be attacked with names of equal hash. */
  static JsonFactory strict(StreamReadConstraints constraints) {
    return JsonFactory.builder()
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .streamReadConstraints(constraints)
        .build();
  }

  /**
   * The value of a JSON text.
   *
   * @param where the text's place, for messages
   * @throws ModelFormatException if it is no JSON, goes on after its value, or is longer or deeper
   *     than a weight file needs
   */
  static JsonValue parse(String where, String text) {
    if (text.length() > MAX_LENGTH) {
      throw new ModelFormatException(
          where, "expected at most %d characters, found %d".formatted(MAX_LENGTH, text.length()));
    }
    try {
      return new JsonValue(where, onlyValue(where, text));
    } catch (JacksonException e) { // whose message may quote the text
      throw new ModelFormatException(where, Printable.shortened(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new AssertionError("reading a string cannot fail", e);
    }
  }

  private static Object onlyValue(String where, String text) throws IOException {
    try (JsonParser parser = STRICT.createParser(text)) {
      Object value = STRICT.anyFrom(parser);
      if (parser.nextToken() != null) {
        throw new ModelFormatException(where, "goes on after its value");
      }
      return value;
    }
  }

  /** The JSON text of maps, lists, strings, numbers and truth values. */
  static String write(Object value) {
    try {
      return STRICT.asString(value);
    } catch (IOException e) {
      throw new AssertionError("writing a string cannot fail", e);
    }
  }

  /** An object for writing, of keys and values in turn; an empty {@link Optional} is left out. */
  static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      Object value = keysAndValues[i + 1];
      if (value instanceof Optional<?> optional) {
        value = optional.orElse(null);
      }
      if (value != null) {
        object.put((String) keysAndValues[i], value);
      }
    }
    return object;
  }

  /** What an enum's constant is called in JSON. */
  static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
