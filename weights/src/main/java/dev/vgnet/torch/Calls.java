package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.torch.Value.Callable;
import dev.vgnet.torch.Value.Dtype;
import dev.vgnet.torch.Value.Int;
import dev.vgnet.torch.Value.Mapping;
import dev.vgnet.torch.Value.Opaque;
import dev.vgnet.torch.Value.Sequence;
import dev.vgnet.torch.Value.Storage;
import dev.vgnet.torch.Value.TensorView;
import dev.vgnet.torch.Value.Tuple;
import dev.vgnet.torch.Value.UnsupportedTensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a call of each {@link Callable} gives: always a value, never an effect. */
final class Calls {
  private final PickleInput in;
  private final long start;
  private final Set<String> placeholders = new LinkedHashSet<>();
  private long copied;

  /**
   * @param in the running pickle, at its start
   */
  Calls(PickleInput in) {
    this.in = in;
    this.start = in.position();
  }

  /** The types of the opaque objects made so far. */
  Set<String> placeholders() {
    return placeholders;
  }

  Value call(Callable callable, List<Value> arguments) {
    return switch (callable.kind()) {
      case MAPPING -> mapping(callable, arguments);
      case SEQUENCE -> sequence(callable, arguments);
      case SIZE -> size(callable, arguments);
      case TENSOR, TENSOR_V2, TENSOR_V3 -> tensor(callable, arguments);
      case PARAMETER -> parameter(callable, arguments);
      case TENSOR_OF_CLASS -> tensorOfClass(callable, arguments);
      case UNSUPPORTED_TENSOR -> new UnsupportedTensor(callable.name());
      case OPAQUE -> {
        placeholders.add(callable.name());
        yield new Opaque(callable.name());
      }
    };
  }

  /** An empty dict, whatever its factory, or a copy of a dict or of a list of pairs. */
  private Mapping mapping(Callable callable, List<Value> arguments) {
    Mapping result = new Mapping();
    if (arguments.isEmpty()) {
      return result;
    }
    if (arguments.size() > 1) {
      throw refused(callable, arguments);
    }
    switch (arguments.getFirst()) {
      case Mapping other -> {
        countCopies(other.entries().size());
        result.putAll(other);
      }
      case Sequence pairs -> {
        countCopies(pairs.items().size());
        pairs.items().forEach(pair -> put(result, callable, pair));
      }
      case Callable _ -> {}
      default -> throw refused(callable, arguments);
    }
    return result;
  }

  private void put(Mapping mapping, Callable callable, Value pair) {
    List<Value> items =
        switch (pair) {
          case Tuple tuple -> tuple.items();
          case Sequence sequence -> sequence.items();
          default -> List.of();
        };
    if (items.size() != 2) {
      throw refused(callable, List.of(pair));
    }
    mapping.put(items.getFirst(), items.getLast(), in);
  }

  private Sequence sequence(Callable callable, List<Value> arguments) {
    Sequence result = new Sequence();
    if (!arguments.isEmpty() && arguments.getFirst() instanceof Sequence other) {
      countCopies(other.items().size());
      result.addAll(other.items());
    }
    return result;
  }

  /**
   * A list may be copied by a call of few bytes; all copies together must not outgrow the pickle.
   */
  private void countCopies(int count) {
    copied += count;
    if (copied > in.position() - start) {
      throw in.error("copies more entries than the pickle has bytes");
    }
  }

  private Tuple size(Callable callable, List<Value> arguments) {
    if (arguments.size() == 1 && arguments.getFirst() instanceof Tuple extents) {
      return extents;
    }
    throw refused(callable, arguments);
  }

  /**
   * {@code _rebuild_tensor(storage, offset, size, stride)}; version 2 goes on with {@code
   * requires_grad, hooks[, metadata]}, version 3 with {@code requires_grad, hooks, dtype[,
   * metadata]}.
   */
  private Value tensor(Callable callable, List<Value> arguments) {
    int parameters =
        switch (callable.kind()) {
          case TENSOR -> 4;
          case TENSOR_V2 -> 6;
          default -> 7;
        };
    if (arguments.size() >= parameters
        && arguments.size() <= parameters + 1
        && arguments.get(0) instanceof Storage storage
        && arguments.get(1) instanceof Int(long offset)
        && arguments.get(2) instanceof Tuple size
        && arguments.get(3) instanceof Tuple stride) {
      if (arguments.size() > parameters
          && arguments.getLast() instanceof Mapping metadata
          && !metadata.entries().isEmpty()) {
        return new UnsupportedTensor("tensor with a conjugate or negative bit");
      }
      if (callable.kind() != Callable.Kind.TENSOR_V3) {
        return new TensorView(storage, storage.type(), offset, size, stride);
      }
      if (arguments.get(6) instanceof Dtype(ElementType type)) {
        return new TensorView(storage, type, offset, size, stride);
      }
    }
    throw refused(callable, arguments);
  }

  /** {@code _rebuild_parameter(data, requires_grad, hooks[, state])}. */
  private Value parameter(Callable callable, List<Value> arguments) {
    if (arguments.size() >= 3
        && (arguments.getFirst() instanceof TensorView
            || arguments.getFirst() instanceof UnsupportedTensor)) {
      return arguments.getFirst();
    }
    throw refused(callable, arguments);
  }

  /** {@code _rebuild_from_type_v2(function, class, arguments, state)}. */
  private Value tensorOfClass(Callable callable, List<Value> arguments) {
    if (arguments.size() == 4
        && arguments.get(0) instanceof Callable function
        && arguments.get(2) instanceof Tuple inner) {
      switch (function.kind()) {
        case TENSOR, TENSOR_V2, TENSOR_V3 -> {
          return tensor(function, inner.items());
        }
        case PARAMETER -> {
          return parameter(function, inner.items());
        }
        default -> {}
      }
    }
    throw refused(callable, arguments);
  }

  private ModelFormatException refused(Callable callable, List<Value> arguments) {
    return in.error(
        "%s cannot be called with %s"
            .formatted(callable.name(), arguments.stream().limit(8).map(Value::typeName).toList()));
  }
}
