package dev.vgnet.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hand-made checkpoints: tensors that claim what is not there, and dicts in dicts. */
class StateDictReaderTest {
  private static final long HUGE = 1L << 40;

  private static long[] longs(long... values) {
    return values;
  }

  private static PickleWriter dict() {
    return new PickleWriter().op(Opcode.EMPTY_DICT);
  }

  /** A state dict of one tensor "w" in a storage that says it has so many elements. */
  private static PickleWriter tensor(long count, long offset, long[] size, long[] stride) {
    return dict().text("w").tensor(count, offset, size, stride).op(Opcode.SETITEM);
  }

  @Test
  void readsViews() {
    PickleWriter pickle = tensor(12, 1, longs(2, 1, 3), longs(4, 100, 2));
    Tensor tensor = Resources.read(pickle.checkpoint(12)).tensors().get("w");
    assertArrayEquals(new float[] {1, 3, 5, 5, 7, 9}, tensor.toFloatArray());
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        arguments("expected a storage of 5 float32, found 16", tensor(5, 0, longs(4), longs(1))),
        arguments("expected a storage of 3 float32, found 16", tensor(3, 0, longs(3), longs(1))),
        arguments("expected a storage of", tensor(1L << 62, 0, longs(4), longs(1))),
        arguments("beyond its storage of 4", tensor(4, 0, longs(5), longs(1))),
        arguments("beyond its storage of 4", tensor(4, 1, longs(4), longs(1))),
        arguments("beyond its storage of 4", tensor(4, 4, longs(), longs())),
        arguments("beyond its storage of 4", tensor(4, -1, longs(2), longs(1))),
        arguments("beyond its storage of 4", tensor(4, Long.MAX_VALUE, longs(2), longs(1))),
        arguments("beyond its storage of 4", tensor(4, 0, longs(2), longs(Long.MAX_VALUE))),
        arguments("beyond its storage of 4", tensor(4, 0, longs(3, 3), longs(HUGE, 1L << 62))),
        arguments("expected 1 strides of zero or more", tensor(4, 3, longs(2), longs(-1))),
        arguments("expected 1 strides of zero or more", tensor(4, 0, longs(2), longs(1, 1))),
        arguments("impossible size", tensor(4, 0, longs(-1), longs(1))),
        arguments("impossible size", tensor(4, 0, longs(HUGE), longs(0))),
        arguments("impossible size", tensor(4, 0, longs(1 << 30, 1 << 30, 1 << 30), new long[3])),
        arguments("at most 64 dimensions", tensor(4, 0, new long[65], new long[65])),
        arguments("at most 64 dimensions", tensor(4, 0, new long[100_000], new long[100_000])),
        arguments("more than is allowed", tensor(4, 0, longs(1 << 30, 1 << 20), longs(0, 0))),
        arguments("more than is allowed", tensor(4, 0, longs(1 << 23), longs(0))));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void refusesTensorsThatCannotBe(String message, PickleWriter pickle) {
    assertRefused(message, pickle.checkpoint(4));
  }

  @Test
  void boundsAllCopiesTogether() {
    PickleWriter pickle = dict();
    for (int i = 0; i < 100; i++) {
      pickle.text("w" + i).tensor(4, 0, longs(1 << 18), longs(0)).op(Opcode.SETITEM);
    }
    assertRefused("tensor \"w16\": of shape [262144]", pickle.checkpoint(4));
  }

  @Test
  void refusesMissingStorages() {
    PickleWriter pickle = dict().text("w").global("torch._utils", "_rebuild_tensor").op('(');
    pickle.storage("FloatStorage", "../0", 4).integer(0).tuple(4).tuple(1).op('t', 'R', 's');
    assertRefused("zip entry \"archive/data/../0\": is missing", pickle.checkpoint(4));
  }

  @Test
  void refusesSizesThatAreNoNumbers() {
    PickleWriter pickle = dict().text("w").global("torch._utils", "_rebuild_tensor").op('(');
    pickle.storage("FloatStorage", "0", 4).integer(0).op('N', Opcode.TUPLE1).tuple(1);
    assertRefused("expected integers as size, found None", pickle.op('t', 'R', 's').checkpoint(4));
  }

  @Test
  void refusesCheckpointsWithoutTensors() {
    assertRefused("its entries are \"a\"", dict().text("a").op('N', 's').checkpoint(4));
    assertRefused("has no tensors", dict().checkpoint(4));
    assertRefused("found one list", new PickleWriter().op(']').checkpoint(4));
    assertRefused("found one None", new PickleWriter().op('N').checkpoint(4));
  }

  @Test
  void refusesTwoTensorsOfOneName() {
    PickleWriter pickle = tensor(4, 0, longs(1), longs(1)).text("w");
    pickle.tensor(4, 1, longs(1), longs(1)).op(Opcode.SETITEM);
    assertRefused("sets the entry \"w\" of a dict twice", pickle.checkpoint(4));
  }

  @Test
  void refusesADictOfItself() {
    PickleWriter pickle = dict().op('q', 0).text("model").op('h', 0, 's');
    assertRefused("has no tensors", pickle.checkpoint(4));
  }

  @Test
  void namesWhatIsLeftOut() {
    PickleWriter pickle = tensor(4, 0, longs(4), longs(1)).text("epoch").op('K', 3, 's');
    pickle.text("b\n").op('N', 's').op('K', 1, 'N', 's');
    StateDict stateDict = Resources.read(pickle.checkpoint(4));
    assertEquals(List.of("w"), List.copyOf(stateDict.tensors().keySet()));
    assertEquals(
        List.of(
            "read from a PyTorch zip archive",
            "left out, as they are no tensors: \"epoch\", \"b\\u000a\""),
        stateDict.notes());
  }

  @Test
  void keepsTheNameThatATrainerGave() {
    PickleWriter pickle = dict().text("arch").text("tf_net").op('s').text("state_dict").op('}');
    pickle.text("module.w").tensor(4, 0, longs(1), longs(1)).op('s', 's');
    assertEquals(Optional.of("tf_net"), Resources.read(pickle.checkpoint(4)).architecture());
    PickleWriter none = tensor(4, 0, longs(4), longs(1)).text("arch").op('N', 's');
    assertEquals(Optional.empty(), Resources.read(none.checkpoint(4)).architecture());
  }

  @Test
  void keepsPrefixesThatNotAllNamesHave() {
    PickleWriter pickle = dict();
    for (String name : List.of("module.a", "module.module.b", "module.c")) {
      pickle.text(name).tensor(4, 0, longs(4), longs(1)).op('s');
    }
    assertEquals(
        List.of("a", "module.b", "c"),
        List.copyOf(Resources.read(pickle.checkpoint(4)).tensors().keySet()));
  }

  @Test
  void takesTheFirstStateDictThatHasTensors() {
    PickleWriter pickle = dict().text("ema").op('}').text("e").tensor(4, 0, longs(1), longs(1));
    pickle.op('s', 's').text("model").op('}').text("depth").op('N', 's', 's');
    assertEquals(
        List.of("e"), List.copyOf(Resources.read(pickle.checkpoint(4)).tensors().keySet()));

    pickle = dict().text("ema").op('}').text("e").tensor(4, 0, longs(1), longs(1)).op('s', 's');
    pickle.text("state_dict").op('}').text("s").tensor(4, 0, longs(1), longs(1)).op('s', 's');
    assertEquals(
        List.of("s"), List.copyOf(Resources.read(pickle.checkpoint(4)).tensors().keySet()));
  }

  /** An empty entry, or one that leads nowhere, does not hide a later one. */
  @Test
  void looksBehindEntriesWithoutTensors() {
    PickleWriter pickle = dict().text("state_dict").op('}').text("model").op('}', 's', 's');
    pickle.text("model").op('}').text("w").tensor(4, 0, longs(1), longs(1)).op('s', 's');
    StateDict stateDict = Resources.read(pickle.checkpoint(4));
    assertEquals(List.of("w"), List.copyOf(stateDict.tensors().keySet()));
    assertEquals("the state dict is the entry \"model\"", stateDict.notes().get(1));
  }

  @Test
  void aStateDictIsNotSearchedForAnother() {
    PickleWriter pickle = dict().text("state_dict").op('}');
    pickle.text("w").tensor(4, 0, longs(1), longs(1)).op('s');
    pickle.text("net").op('}').text("v").tensor(4, 0, longs(1), longs(1)).op('s', 's', 's');
    StateDict stateDict = Resources.read(pickle.checkpoint(4));
    assertEquals(List.of("w"), List.copyOf(stateDict.tensors().keySet()));
    assertEquals("left out, as they are no tensors: \"net\"", stateDict.notes().getLast());
  }

  @Test
  void namesTensorsBesideTheStateDict() {
    PickleWriter pickle = dict().text("best_acc1").tensor(4, 0, longs(), longs()).op('s');
    pickle.text("net").op('}').text("v").tensor(4, 0, longs(1), longs(1)).op('s', 's');
    StateDict stateDict = Resources.read(pickle.checkpoint(4));
    assertEquals(List.of("v"), List.copyOf(stateDict.tensors().keySet()));
    assertEquals(
        "passed over, though there are tensors: \"best_acc1\"", stateDict.notes().getLast());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ema", "model_ema", "ema_state_dict", "state_dict_ema"})
  void theAverageBesideAFlatStateDictDoesNotReplaceIt(String average) {
    for (boolean wrapped : List.of(false, true)) {
      PickleWriter pickle = tensor(4, 0, longs(1), longs(1)).text(average).op('}');
      if (wrapped) {
        pickle.text("module").op('}');
      }
      pickle.text("a").tensor(4, 1, longs(1), longs(1)).op('s');
      pickle.text("n_averaged").tensor(4, 0, longs(), longs()).op('s');
      StateDict stateDict = Resources.read(pickle.repeat(wrapped ? 2 : 1, 's').checkpoint(4));
      assertEquals(List.of("w"), List.copyOf(stateDict.tensors().keySet()));
    }
  }

  @Test
  void theAverageBesideALoneTensorIsTheStateDict() {
    PickleWriter pickle = dict().text("best_acc1").tensor(4, 0, longs(1), longs(1)).op('s');
    pickle.text("state_dict_ema").op('}');
    for (String name : List.of("a", "b", "c")) {
      pickle.text(name).tensor(4, 0, longs(1), longs(1)).op('s');
    }
    StateDict stateDict = Resources.read(pickle.op('s').checkpoint(4));
    assertEquals(List.of("a", "b", "c"), List.copyOf(stateDict.tensors().keySet()));
  }

  @Test
  void doesNotLookDeeperThanFourEntries() {
    for (int depth = 4; depth <= 5; depth++) {
      PickleWriter pickle = new PickleWriter();
      for (int i = 0; i < depth; i++) {
        pickle.op('}').text("model");
      }
      pickle.op('}').text("w").tensor(4, 0, longs(1), longs(1)).repeat(depth + 1, 's');
      byte[] file = pickle.checkpoint(4);
      if (depth == 4) {
        assertEquals(List.of("w"), List.copyOf(Resources.read(file).tensors().keySet()));
      } else {
        assertRefused("has no tensors", file);
      }
    }
  }

  /** As PyTorch's AveragedModel writes it. */
  @Test
  void leavesTheCounterOfAveragedWeightsOut() {
    PickleWriter pickle = dict().text("n_averaged").tensor(4, 0, longs(), longs()).op('s');
    pickle.text("module.w").tensor(4, 0, longs(1), longs(1)).op('s');
    StateDict stateDict = Resources.read(pickle.checkpoint(4));
    assertEquals(List.of("w"), List.copyOf(stateDict.tensors().keySet()));
    assertEquals(
        List.of(
            "read from a PyTorch zip archive",
            "left out, as it counts the weights averaged: \"n_averaged\"",
            "removed \"module.\" in front of every name"),
        stateDict.notes());
    PickleWriter alone = dict().text("n_averaged").tensor(4, 0, longs(), longs()).op('s');
    assertEquals(1, Resources.read(alone.checkpoint(4)).tensors().size());
  }

  private static void assertRefused(String message, byte[] file) {
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> Resources.read(file));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }
}
