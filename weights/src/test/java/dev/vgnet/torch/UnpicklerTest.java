package dev.vgnet.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.torch.Value.Int;
import dev.vgnet.torch.Value.Mapping;
import dev.vgnet.torch.Value.Opaque;
import dev.vgnet.torch.Value.Sequence;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Hand-made pickles: what an attack would look like, and what Python 2 wrote. */
class UnpicklerTest {
  /** Far more than any pickle takes; there only so that an endless loop fails. */
  private static final Duration HANG = Duration.ofMinutes(1);

  private static PickleWriter pickle() {
    return new PickleWriter();
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "nt, system",
    "subprocess, Popen",
    "builtins, eval",
    "builtins, exec",
    "builtins, getattr",
    "__builtin__, eval",
    "builtins, __import__",
    "runpy, run_path",
    "pickle, loads",
    "torch, load",
    "torch.storage, _load_from_bytes",
    "torch.hub, load",
    "numpy.testing._private.utils, runstring",
    "collections, OrderedDict.fromkeys",
    "'', ''"
  })
  void refusesEveryOtherGlobal(String module, String name) {
    PickleWriter byLine = pickle().op(Opcode.NONE).global(module, name);
    byLine.text("echo").op(Opcode.TUPLE1, Opcode.REDUCE);
    ModelFormatException refused = assertThrows(ModelFormatException.class, byLine::read);
    assertTrue(refused.getMessage().contains("\"" + module + "." + name + "\""));
    assertTrue(refused.getMessage().startsWith("offset 3: "), refused.getMessage());

    PickleWriter byStack = pickle().text(module).text(name).op(Opcode.STACK_GLOBAL);
    refused = assertThrows(ModelFormatException.class, byStack::read);
    assertTrue(refused.getMessage().contains("\"" + module + "." + name + "\""));
  }

  static Stream<Arguments> wrong() {
    int[] endlessLength = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
    return Stream.of(
        arguments("needs a value on the stack", pickle()),
        arguments("needs 2 values", pickle().op('}', 'N', Opcode.TUPLE2, 's')),
        arguments("needs a mark", pickle().op('N', 't')),
        arguments("needs a value on the stack", pickle().op('N', '(', 'q', 0)),
        arguments("needs a value on the stack", pickle().op('N', '(', '0')),
        arguments("expected one value at the end, found 2", pickle().op('N', 'N')),
        arguments("expected a dict, found list", pickle().op(']', 'N', 'N', 's')),
        arguments("expected a dict, found str", pickle().text("a").op('(', 'N', 'N', 'u')),
        arguments("expected a dict, found None", pickle().op('N', 'N', 'N', 's')),
        arguments("expected keys and values, found 1", pickle().op('}', '(', 'N', 'u')),
        arguments(
            "offset 12: sets the entry \"a\" of a dict twice",
            pickle().op('}', '(', 'U', 1, 'a', 'N', 'U', 1, 'a', 'N', 'u')),
        arguments(
            "sets the entry \"a\" of a dict twice",
            pickle().op('}', 'U', 1, 'a', 'N', 's').text("a").op('N', 's')),
        arguments(
            "sets the entry \"a\" of a dict twice",
            pickle()
                .global("collections", "OrderedDict")
                .op(']', '(', 'U', 1, 'a', 'N', Opcode.TUPLE2, 'U', 1, 'a', 'N', Opcode.TUPLE2)
                .op('e', Opcode.TUPLE1, 'R')),
        arguments("expected a list, found dict", pickle().op('}', 'N', 'a')),
        arguments("expected a list, found tuple", pickle().op(')', '(', 'N', 'e')),
        arguments("expected a set, found list", pickle().op(']', '(', 'N', Opcode.ADDITEMS)),
        arguments("expected a callable, found str", pickle().text("f").op(')', 'R')),
        arguments("expected a callable, found dict", pickle().op('}', ')', Opcode.NEWOBJ)),
        arguments("found storage class", pickle().global("torch", "FloatStorage").op(')', 'R')),
        arguments("found torch.float32", pickle().global("torch", "float32").op(')', 'R')),
        arguments("expected a tuple", pickle().global("torch", "Size").op(']', 'R')),
        arguments("cannot be called with []", pickle().global("torch", "Size").op(')', 'R')),
        arguments(
            "cannot be called with [None, str]",
            pickle()
                .global("torch._utils", "_rebuild_tensor_v2")
                .op('(', 'N')
                .text("a")
                .op('t', 'R')),
        arguments(
            "cannot be called with [dict, dict]",
            pickle().global("collections", "OrderedDict").op('}', '}', Opcode.TUPLE2, 'R')),
        arguments(
            "cannot be called with [int]",
            pickle().global("collections", "OrderedDict").op('K', 1, Opcode.TUPLE1, 'R')),
        arguments(
            "cannot be called with [None]",
            pickle().global("collections", "OrderedDict").op(']', 'N', 'a', Opcode.TUPLE1, 'R')),
        arguments("sets the state of a tuple", pickle().op(')', '}', 'b')),
        arguments("expected a tuple, found str", pickle().text("0").op('Q')),
        arguments("persistent id", pickle().op(')', 'Q')),
        arguments("persistent id", pickle().storage("FloatStorage", "0", -1)),
        arguments("persistent id", pickle().storage("FloatStorage", "0".repeat(5000), 1)),
        arguments(
            "has 2 elements of float64 here, and 3 of float32 before",
            pickle().storage("FloatStorage", "0", 3).storage("DoubleStorage", "0", 2)),
        arguments("memo entry 7 is not set", pickle().op('h', 7)),
        arguments("memo entry 4294967295 is not set", pickle().op('j').int4(-1)),
        arguments("found 4294967295", pickle().op('N', 'r').int4(-1)),
        arguments("memo index below 3", pickle().op('N', 'r').int4(2_000_000_000)),
        arguments("more bytes", pickle().op(Opcode.LONG4).int4(Integer.MAX_VALUE)),
        arguments("more bytes", pickle().op(Opcode.LONG4).int4(-1)),
        arguments("more bytes", pickle().op(Opcode.BINSTRING).int4(-1)),
        arguments("needs 4294967295 more bytes", pickle().op(Opcode.BINUNICODE).int4(-1)),
        arguments("more bytes", pickle().op(Opcode.BINUNICODE8).op(endlessLength)),
        arguments("more bytes", pickle().op(Opcode.BINBYTES8).int8(-1)),
        arguments("more bytes", pickle().op(Opcode.BYTEARRAY8).int8(1L << 40)),
        arguments("more bytes", pickle().op(Opcode.FRAME).int8(1000)),
        arguments("more bytes", pickle().op(Opcode.FRAME).int8(Long.MIN_VALUE)),
        arguments("not UTF-8", pickle().op('X', 2, 0, 0, 0, 0xc3, 0x28)),
        arguments("not UTF-8", pickle().op('X', 3, 0, 0, 0, 0xed, 0xa0, 0x80)),
        arguments("a name of more than", pickle().global("x".repeat(100_000), "y")),
        arguments("protocol 2 to 5, found 6", pickle().op(Opcode.PROTO, 6)),
        arguments("0x70 is not understood", pickle().op('N', 'p', '0', '\n')),
        arguments("0x82 is not understood", pickle().op(0x82, 1)));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void refusesWhatNoPicklerWrites(String message, PickleWriter pickle) {
    ModelFormatException refused = assertThrows(ModelFormatException.class, pickle::read);
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  @Test
  void refusesOtherProtocolsAtTheFirstByte() {
    byte[] protocol0 = {'(', 'd', 'p', '0', '\n', '.'};
    ModelFormatException refused =
        assertThrows(
            ModelFormatException.class,
            () -> Unpickler.read(new PickleInput(MemorySegment.ofArray(protocol0), "", 0)));
    assertEquals(
        "offset 0: expected a pickle of protocol 2 to 5, found byte 0x28", refused.getMessage());
  }

  static Stream<Arguments> endless() {
    int many = Unpickler.MAX_INSTRUCTIONS;
    return Stream.of(
        arguments("values", pickle().repeat(many, 'N')),
        arguments("lists", pickle().repeat(many, ']')),
        arguments("dicts", pickle().repeat(many, '}')),
        arguments("marks", pickle().repeat(many, '(')),
        arguments("memo", pickle().op('N').repeat(many, Opcode.MEMOIZE)),
        arguments("nested tuples", pickle().op('N').repeat(many, Opcode.TUPLE1)),
        arguments("dicts of one", pickle().repeat(many / 4, '}', 'U', 0, 'N', 's')),
        arguments(
            "calls",
            pickle()
                .global("collections", "OrderedDict")
                .op('q', 0)
                .repeat(many / 3, 'h', 0, ')', 'R')));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endless")
  void boundsTheInstructions(String name, PickleWriter pickle) {
    ModelFormatException refused =
        assertTimeoutPreemptively(
            HANG, () -> assertThrows(ModelFormatException.class, pickle::read));
    assertTrue(refused.getMessage().contains("instructions"), refused.getMessage());
  }

  @Test
  void boundsTheSize() {
    PickleWriter pickle = pickle().op(Opcode.BINUNICODE).int4(PickleInput.MAX_SIZE);
    byte[] bytes = Arrays.copyOf(pickle.bytes(), (int) PickleInput.MAX_SIZE + 100);
    ModelFormatException refused =
        assertThrows(
            ModelFormatException.class,
            () -> Unpickler.read(new PickleInput(MemorySegment.ofArray(bytes), "", 0)));
    assertEquals(
        "offset 2: goes on after 67108864 bytes, the most that is read", refused.getMessage());
  }

  @Test
  void survivesDeepNesting() {
    PickleWriter pickle = pickle().repeat(1_000_000, ']').repeat(999_999, 'a');
    assertInstanceOf(Sequence.class, pickle.read().root());
  }

  /** Each list holds the one before twice: 2^60 entries for whoever follows them. */
  @Test
  void survivesListsThatDouble() {
    PickleWriter pickle = pickle().op(']', 'q', 0, '0');
    for (int i = 0; i < 60; i++) {
      pickle.op(']', '(', 'h', i, 'h', i, 'e', 'q', i + 1, '0');
    }
    Sequence root = assertInstanceOf(Sequence.class, pickle.op('h', 60).read().root());
    assertEquals(2, root.items().size());
  }

  @Test
  void countsCopies() {
    PickleWriter pickle = pickle().global("collections", "deque").op('q', 0);
    pickle.op(']', 'q', 1, '(').repeat(1000, 'N').op('e', '0');
    pickle.repeat(10, 'h', 0, 'h', 1, Opcode.TUPLE1, 'R');
    ModelFormatException refused = assertThrows(ModelFormatException.class, pickle::read);
    assertTrue(refused.getMessage().contains("copies more entries"), refused.getMessage());
  }

  /** Two long keys of one hash, set in turn: each comparison would go through all of them. */
  @Test
  void survivesLongKeysThatCollide() {
    String same = "x".repeat(8 << 20);
    PickleWriter pickle = pickle().op('}').text(same + "Aa").op('q', 0, 'N', 's');
    pickle
        .text(same + "BB")
        .op('q', 1, 'N', 's')
        .repeat(500_000, 'h', 0, 'N', 's', 'h', 1, 'N', 's');
    Value root = assertTimeoutPreemptively(HANG, () -> pickle.read().root());
    assertEquals(Map.of(), assertInstanceOf(Mapping.class, root).entries());
  }

  @Test
  void readsIntegersOfAnyLength() {
    assertEquals(new Int(0), pickle().op(Opcode.LONG1, 0).read().root());
    assertEquals(new Int(-1), pickle().op(Opcode.LONG1, 1, 0xff).read().root());
    assertEquals(new Int(255), pickle().op(Opcode.LONG1, 2, 0xff, 0).read().root());
    assertEquals(new Int(-2), pickle().op(Opcode.BININT).int4(-2).read().root());
    assertEquals(new Int(Long.MIN_VALUE), pickle().integer(Long.MIN_VALUE).read().root());
    assertSame(Opaque.LONG, pickle().op(Opcode.LONG1, 9).int8(0).op(1).read().root());
  }

  @Test
  void readsDictsOfPairsAsPython2WroteThem() {
    PickleWriter pickle = pickle().global("collections", "OrderedDict").op(']', '(');
    pickle.op(']', '(', 'U', 1, 'a', 'K', 1, 'e', 'U', 1, 'b', 'K', 2, Opcode.TUPLE2);
    pickle.op('e', Opcode.TUPLE1, 'R', 'q', 1);
    Mapping mapping = assertInstanceOf(Mapping.class, pickle.read().root());
    assertEquals(Map.of("a", new Int(1), "b", new Int(2)), mapping.entries());
    assertEquals(List.of("a", "b"), List.copyOf(mapping.entries().keySet()));
  }
}
