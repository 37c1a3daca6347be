package dev.vgnet.torch;

import dev.vgnet.error.Printable;
import dev.vgnet.torch.Value.Bool;
import dev.vgnet.torch.Value.Callable;
import dev.vgnet.torch.Value.Int;
import dev.vgnet.torch.Value.Mapping;
import dev.vgnet.torch.Value.Opaque;
import dev.vgnet.torch.Value.Sequence;
import dev.vgnet.torch.Value.Storage;
import dev.vgnet.torch.Value.StorageClass;
import dev.vgnet.torch.Value.Text;
import dev.vgnet.torch.Value.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Interprets a pickle as data. A pickle is a program for a stack machine that may name any function
 * of the Python installation that loads it; here only {@link Globals} exist, and each of them makes
 * a {@link Value}, so nothing is ever executed.
 *
 * <p>Every instruction takes constant time and memory for the bytes it consumes, apart from the
 * copies that {@link Calls} counts, and the number of instructions is bounded. A pickle within
 * these bounds, however hostile, keeps less than {@code 2^22 x 64} bytes of objects beside its own
 * text.
 */
final class Unpickler {
  /** A hundred times what a training checkpoint of a thousand tensors takes. */
  static final int MAX_INSTRUCTIONS = 1 << 22;

  private static final int MIN_PROTOCOL = 2;
  private static final int MAX_PROTOCOL = 5;

  private final PickleInput in;
  private final PickleStack stack;
  private final List<Value> memo = new ArrayList<>();
  private final Map<String, Storage> storages = new LinkedHashMap<>();
  private final Calls calls;
  private int instructions;

  private Unpickler(PickleInput in) {
    this.in = in;
    this.stack = new PickleStack(in);
    this.calls = new Calls(in);
  }

  /**
   * Reads one pickle.
   *
   * @throws dev.vgnet.error.ModelFormatException if it is broken, names a global that a state dict
   *     has no use for, or exceeds a bound
   */
  static Pickle read(PickleInput in) {
    Unpickler unpickler = new Unpickler(in);
    Value root = unpickler.run();
    return new Pickle(root, unpickler.storages, unpickler.calls.placeholders(), in.position());
  }

  private Value run() {
    while (true) {
      int opcode = in.opcode();
      if (instructions == 0 && opcode != Opcode.PROTO) {
        throw in.error("expected a pickle of protocol 2 to 5, found byte 0x%02x".formatted(opcode));
      }
      if (++instructions > MAX_INSTRUCTIONS) {
        throw in.error("expected at most %d instructions".formatted(MAX_INSTRUCTIONS));
      }
      if (opcode == Opcode.STOP) {
        return result();
      }
      execute(opcode);
    }
  }

  private Value result() {
    Value root = stack.pop();
    if (stack.size() > 0) {
      throw in.error("expected one value at the end, found %d".formatted(stack.size() + 1));
    }
    return root;
  }

  private void execute(int opcode) {
    switch (opcode) {
      case Opcode.PROTO -> protocol();
      case Opcode.FRAME -> in.require(in.signed8());
      case Opcode.MARK -> stack.mark();
      case Opcode.POP -> stack.pop();
      case Opcode.POP_MARK -> stack.popMark();

      case Opcode.NONE -> stack.push(Opaque.NONE);
      case Opcode.NEWTRUE -> stack.push(new Bool(true));
      case Opcode.NEWFALSE -> stack.push(new Bool(false));
      case Opcode.BININT -> stack.push(new Int(in.signed4()));
      case Opcode.BININT1 -> stack.push(new Int(in.unsigned1()));
      case Opcode.BININT2 -> stack.push(new Int(in.unsigned2()));
      case Opcode.LONG1 -> stack.push(in.integer(in.unsigned1()));
      case Opcode.LONG4 -> stack.push(in.integer(in.signed4()));
      case Opcode.BINFLOAT -> opaque(Opaque.FLOAT, Double.BYTES);

      case Opcode.BINSTRING -> stack.push(in.byteText(in.signed4()));
      case Opcode.SHORT_BINSTRING -> stack.push(in.byteText(in.unsigned1()));
      case Opcode.BINUNICODE -> stack.push(in.text(in.unsigned4()));
      case Opcode.SHORT_BINUNICODE -> stack.push(in.text(in.unsigned1()));
      case Opcode.BINUNICODE8 -> stack.push(in.text(in.signed8()));
      case Opcode.BINBYTES -> opaque(Opaque.BYTES, in.unsigned4());
      case Opcode.SHORT_BINBYTES -> opaque(Opaque.BYTES, in.unsigned1());
      case Opcode.BINBYTES8, Opcode.BYTEARRAY8 -> opaque(Opaque.BYTES, in.signed8());

      case Opcode.EMPTY_LIST -> stack.push(new Sequence());
      case Opcode.APPEND -> append(stack.pop(1));
      case Opcode.APPENDS -> append(stack.popMark());
      case Opcode.EMPTY_TUPLE -> stack.push(Tuple.EMPTY);
      case Opcode.TUPLE -> stack.push(new Tuple(stack.popMark()));
      case Opcode.TUPLE1 -> stack.push(new Tuple(stack.pop(1)));
      case Opcode.TUPLE2 -> stack.push(new Tuple(stack.pop(2)));
      case Opcode.TUPLE3 -> stack.push(new Tuple(stack.pop(3)));
      case Opcode.EMPTY_DICT -> stack.push(new Mapping());
      case Opcode.SETITEM -> setItems(stack.pop(2));
      case Opcode.SETITEMS -> setItems(stack.popMark());
      case Opcode.EMPTY_SET -> stack.push(Opaque.SET);
      case Opcode.ADDITEMS -> addItems();
      case Opcode.FROZENSET -> frozenSet();

      case Opcode.GLOBAL -> global(in.line(), in.line());
      case Opcode.STACK_GLOBAL -> stackGlobal();
      case Opcode.REDUCE, Opcode.NEWOBJ -> call();
      case Opcode.NEWOBJ_EX -> {
        require(Mapping.class, "dict", stack.pop());
        call();
      }
      case Opcode.BUILD -> build();
      case Opcode.BINPERSID ->
          stack.push(storage(require(Tuple.class, "tuple", stack.pop()).items()));

      case Opcode.BINGET -> stack.push(recall(in.unsigned1()));
      case Opcode.LONG_BINGET -> stack.push(recall(in.unsigned4()));
      case Opcode.BINPUT -> memorise(in.unsigned1());
      case Opcode.LONG_BINPUT -> memorise(in.unsigned4());
      case Opcode.MEMOIZE -> memorise(memo.size());

      default -> throw in.error("the instruction 0x%02x is not understood".formatted(opcode));
    }
  }

  private void protocol() {
    int version = in.unsigned1();
    if (version < MIN_PROTOCOL || version > MAX_PROTOCOL) {
      throw in.error("expected pickle protocol 2 to 5, found %d".formatted(version));
    }
  }

  private void opaque(Value value, long size) {
    in.skip(size);
    stack.push(value);
  }

  private void append(List<Value> items) {
    require(Sequence.class, "list", stack.top()).addAll(items);
  }

  private void setItems(List<Value> items) {
    Mapping mapping = require(Mapping.class, "dict", stack.top());
    if (items.size() % 2 != 0) {
      throw in.error("expected keys and values, found %d objects".formatted(items.size()));
    }
    for (int i = 0; i < items.size(); i += 2) {
      mapping.put(items.get(i), items.get(i + 1), in);
    }
  }

  private void addItems() {
    stack.popMark();
    if (stack.top() != Opaque.SET) {
      throw in.error("expected a set, found %s".formatted(stack.top().typeName()));
    }
  }

  private void frozenSet() {
    stack.popMark();
    stack.push(Opaque.SET);
  }

  private void stackGlobal() {
    String name = require(Text.class, "str", stack.pop()).value();
    String module = require(Text.class, "str", stack.pop()).value();
    global(module, name);
  }

  private void global(String module, String name) {
    stack.push(
        Globals.find(module, name)
            .orElseThrow(
                () ->
                    in.error(
                        ("names the Python object %s, which no state dict needs (nothing was"
                                + " executed); if the file holds a whole model, save"
                                + " model.state_dict()")
                            .formatted(Printable.quoted(module + "." + name)))));
  }

  private void call() {
    Tuple arguments = require(Tuple.class, "tuple", stack.pop());
    Callable callable = require(Callable.class, "callable", stack.pop());
    stack.push(calls.call(callable, arguments.items()));
  }

  /** The state of a dict is PyTorch's {@code _metadata}; of anything else, nothing is kept. */
  private void build() {
    stack.pop();
    Value target = stack.top();
    if (!(target instanceof Mapping || target instanceof Opaque)) {
      throw in.error("sets the state of a %s".formatted(target.typeName()));
    }
  }

  /** {@code ('storage', class, key, location, element count)}, and a last None in old files. */
  private Storage storage(List<Value> id) {
    if (id.size() >= 5
        && id.get(0) instanceof Text(String kind)
        && kind.equals("storage")
        && id.get(1) instanceof StorageClass(ElementType type)
        && id.get(2) instanceof Text(String key)
        && key.length() <= Value.MAX_NAME
        && id.get(3) instanceof Text
        && id.get(4) instanceof Int(long count)
        && count >= 0
        && id.stream().skip(5).allMatch(Opaque.NONE::equals)) {
      Storage storage = new Storage(key, type, count);
      Storage earlier = storages.putIfAbsent(key, storage);
      if (earlier != null && !earlier.equals(storage)) {
        throw in.error(
            "storage %s has %d elements of %s here, and %d of %s before"
                .formatted(Printable.quoted(key), count, type, earlier.count(), earlier.type()));
      }
      return storage;
    }
    throw in.error("expected a persistent id that describes a storage, found another");
  }

  private Value recall(long index) {
    if (index >= memo.size() || memo.get((int) index) == null) {
      throw in.error("memo entry %d is not set".formatted(index));
    }
    return memo.get((int) index);
  }

  /** Picklers number their entries, so no index can exceed the number of instructions. */
  private void memorise(long index) {
    if (index >= instructions) {
      throw in.error("expected a memo index below %d, found %d".formatted(instructions, index));
    }
    while (memo.size() <= index) {
      memo.add(null);
    }
    memo.set((int) index, stack.top());
  }

  private <T extends Value> T require(Class<T> type, String expected, Value value) {
    if (!type.isInstance(value)) {
      throw in.error("expected a %s, found %s".formatted(expected, value.typeName()));
    }
    return type.cast(value);
  }
}
