package dev.vgnet.model;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A JSON object that is read strictly: each member is taken once, and none may be left over. */
final class JsonObject {
  private final String where;
  private final Map<Object, Object> members;

  private JsonObject(String where, Map<Object, Object> members) {
    this.where = where;
    this.members = members;
  }

  static JsonObject of(String where, Map<?, ?> members) {
    return new JsonObject(where, new HashMap<>(members));
  }

  /** The same members still to be taken, at a place that has a better name now. */
  JsonObject at(String place) {
    return new JsonObject(place, members);
  }

  /**
   * What {@code reader} makes of the members.
   *
   * @throws ModelFormatException if members are missing, of the wrong type or left over, or if the
   *     reader finds an argument illegal
   */
  <T> T read(Function<JsonObject, T> reader) {
    T result;
    try {
      result = reader.apply(this);
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage(), e);
    }
    if (!members.isEmpty()) {
      throw error("has unknown members " + Printable.shortened(members.keySet().toString()), null);
    }
    return result;
  }

  JsonValue take(String key) {
    return takeIfPresent(key).orElseThrow(() -> error("has no " + key, null));
  }

  Optional<JsonValue> takeIfPresent(String key) {
    return members.containsKey(key)
        ? Optional.of(new JsonValue(where + " " + key, members.remove(key)))
        : Optional.empty();
  }

  private ModelFormatException error(String problem, Throwable cause) {
    return new ModelFormatException(where, problem, cause);
  }
}
