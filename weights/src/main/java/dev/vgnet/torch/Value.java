package dev.vgnet.torch;

import dev.vgnet.error.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Python object, as far as a state dict needs it. A container may hold itself and may be nested
 * as deep as the file is long: nothing here, and nothing that uses it, walks a value to its depth.
 */
sealed interface Value {
  /** The longest key that is looked up: to compare longer ones often would take without bound. */
  int MAX_NAME = 4096;

  record Bool(boolean value) implements Value {}

  record Int(long value) implements Value {}

  record Text(String value) implements Value {}

  /** Something that is read, never looked into, and stands for nothing but its type's name. */
  record Opaque(String type) implements Value {
    static final Opaque NONE = new Opaque("None");
    static final Opaque LONG = new Opaque("int of more than 8 bytes");
    static final Opaque FLOAT = new Opaque("float");
    static final Opaque BYTES = new Opaque("bytes");
    static final Opaque SET = new Opaque("set");
  }

  /**
   * A function or class of the allow-list that may be called.
   *
   * @param name its own, or for an unsupported tensor, what it makes
   */
  record Callable(String name, Kind kind) implements Value {
    /** What a call gives. */
    enum Kind {
      MAPPING,
      SEQUENCE,
      SIZE,
      TENSOR,
      TENSOR_V2,
      TENSOR_V3,
      PARAMETER,
      TENSOR_OF_CLASS,
      UNSUPPORTED_TENSOR,
      OPAQUE
    }
  }

  record StorageClass(ElementType type) implements Value {}

  record Dtype(ElementType type) implements Value {}

  /** Numbers that lie elsewhere in the file. */
  record Storage(String key, ElementType type, long count) implements Value {}

  /** A tensor that has not been looked at: nothing says yet that it fits into its storage. */
  record TensorView(Storage storage, ElementType type, long offset, Tuple size, Tuple stride)
      implements Value {}

  /** A tensor of a kind that the engine does not read. */
  record UnsupportedTensor(String kind) implements Value {}

  /** Immutable. */
  final class Tuple implements Value {
    static final Tuple EMPTY = new Tuple(List.of());

    private final List<Value> items;

    Tuple(List<Value> items) {
      this.items = List.copyOf(items);
    }

    List<Value> items() {
      return items;
    }
  }

  /** A list; a new one takes next to no memory, as one byte of a pickle makes one. */
  final class Sequence implements Value {
    private List<Value> items = List.of();

    void addAll(List<Value> values) {
      if (items.isEmpty()) {
        items = new ArrayList<>(values.size());
      }
      items.addAll(values);
    }

    List<Value> items() {
      return items;
    }
  }

  /**
   * A dict. Entries that cannot name a tensor are dropped: those whose key is not text, or longer
   * than {@link #MAX_NAME}.
   */
  final class Mapping implements Value {
    private Map<String, Value> entries = Map.of();

    /**
     * Sets an entry. No pickler sets one twice, and which of two counts would be a guess.
     *
     * @param in where to report an entry that is set already
     */
    void put(Value key, Value value, PickleInput in) {
      if (key instanceof Text(String name)
          && name.length() <= MAX_NAME
          && set(name, value) != null) {
        throw in.error("sets the entry %s of a dict twice".formatted(Printable.quoted(name)));
      }
    }

    void putAll(Mapping other) {
      other.entries.forEach(this::set);
    }

    /** Returns what the entry was before, or null. */
    private Value set(String name, Value value) {
      if (entries.isEmpty()) {
        entries = new LinkedHashMap<>();
      }
      return entries.put(name, value);
    }

    Map<String, Value> entries() {
      return entries;
    }
  }

  /** The name of the value's type, for messages. */
  default String typeName() {
    return switch (this) {
      case Bool _ -> "bool";
      case Int _ -> "int";
      case Text _ -> "str";
      case Opaque(String type) -> type;
      case Callable(String name, _) -> name;
      case StorageClass(ElementType type) -> "storage class of " + type;
      case Dtype(ElementType type) -> "torch." + type;
      case Storage _ -> "storage";
      case TensorView _ -> "tensor";
      case UnsupportedTensor(String kind) -> kind;
      case Tuple _ -> "tuple";
      case Sequence _ -> "list";
      case Mapping _ -> "dict";
    };
  }
}
