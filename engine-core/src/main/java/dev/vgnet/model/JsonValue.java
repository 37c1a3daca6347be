package dev.vgnet.model;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A JSON value that is read strictly: a value of another type than the reader asks for is a {@link
 * ModelFormatException} that says where.
 *
 * @param where the value's place, for messages
 * @param value what the JSON library made of it
 */
record JsonValue(String where, Object value) {
  String text() {
    return as(String.class, "a string");
  }

  int integer() {
    return as(Integer.class, "an integer");
  }

  double number() {
    return as(Number.class, "a number").doubleValue();
  }

  boolean flag() {
    return as(Boolean.class, "true or false");
  }

  /** An enum's constant by its name in lower case. */
  <E extends Enum<E>> E constant(Class<E> type) {
    String name = text();
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String candidate = Json.nameOf(constant);
      if (candidate.equals(name)) {
        return constant;
      }
      names.add(candidate);
    }
    throw error("one of " + names);
  }

  <T> List<T> list(Function<JsonValue, T> element) {
    List<T> list = new ArrayList<>();
    for (Object item : as(List.class, "a list")) {
      list.add(element.apply(new JsonValue(where + " item " + list.size(), item)));
    }
    return list;
  }

  <T> T object(Function<JsonObject, T> reader) {
    return JsonObject.of(where, as(Map.class, "an object")).read(reader);
  }

  private <T> T as(Class<T> type, String expected) {
    if (!type.isInstance(value)) {
      throw error(expected);
    }
    return type.cast(value);
  }

  private ModelFormatException error(String expected) {
    String found =
        switch (value) {
          case null -> "null";
          case Map<?, ?> _ -> "an object";
          case List<?> _ -> "a list";
          case String text -> Printable.quoted(text);
          default -> value.toString();
        };
    return new ModelFormatException(where, "expected %s, found %s".formatted(expected, found));
  }
}
