package dev.vgnet.torch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files cut short and changed, byte by byte and at random. */
class BrokenFilesTest {
  /** Far more than a test takes; there only so that an endless loop fails. */
  private static final Duration HANG = Duration.ofMinutes(5);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "odd_tensors.zip.pth",
        "odd_tensors.proto4.zip.pth",
        "odd_tensors.legacy.pth",
        "torch_2_13/training_4.pth",
        "torch_2_13/training.legacy.pth"
      })
  void refusesFilesCutShort(String name) throws IOException {
    byte[] file = Resources.bytes(name);
    assertTimeoutPreemptively(
        HANG,
        () -> {
          for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(
                ModelFormatException.class, () -> Resources.read(cut), () -> "of " + cut.length);
          }
        });
  }

  /** The checksums of an archive leave no change unseen, but in what nobody reads. */
  @ParameterizedTest
  @ValueSource(
      strings = {"odd_tensors.zip.pth", "odd_tensors.proto4.zip.pth", "torch_2_13/zip_5.pth"})
  void readsAnArchiveWithAChangedByteAsBeforeOrNotAtAll(String name) throws IOException {
    byte[] file = Resources.bytes(name);
    StateDict original = Resources.read(file);
    assertTimeoutPreemptively(
        HANG,
        () -> {
          for (int change : List.of(0x01, 0x80, 0xff)) {
            for (int at = 0; at < file.length; at++) {
              byte[] changed = file.clone();
              changed[at] ^= (byte) change;
              String where = "%s with byte %d xor %d".formatted(name, at, change);
              read(changed, where).ifPresent(found -> assertSame(original, found, where));
            }
          }
        });
  }

  /** Without checksums, a changed number is a number: any other failure is what must not be. */
  @ParameterizedTest
  @ValueSource(
      strings = {"odd_tensors.legacy.pth", "torch_1_13/parameters.pth", "torch_1_13/legacy_5.pth"})
  void survivesEveryChangedByte(String name) throws IOException {
    byte[] file = Resources.bytes(name);
    assertTimeoutPreemptively(
        HANG,
        () -> {
          for (int change = 1; change < 256; change += 23) {
            for (int at = 0; at < file.length; at++) {
              byte[] changed = file.clone();
              changed[at] ^= (byte) change;
              read(changed, "%s with byte %d xor %d".formatted(name, at, change));
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "odd_tensors.legacy.pth",
        "torch_2_13/no_checksums.pth",
        "torch_1_13/training.legacy.pth",
        "torch_2_13/views.legacy.pth",
        "torch_2_13/legacy_4.pth"
      })
  void survivesRandomChanges(String name) throws IOException {
    byte[] file = Resources.bytes(name);
    long seed = Seed.of(BrokenFilesTest.class);
    Random random = new Random(seed);
    assertTimeoutPreemptively(
        HANG,
        () -> {
          for (int i = 0; i < 10_000; i++) {
            read(mutate(file, random), "%s, seed %d, change %d".formatted(name, seed, i));
          }
        });
  }

  /** Some bytes set, or a range overwritten with another, and one time in four a shorter file. */
  private static byte[] mutate(byte[] file, Random random) {
    byte[] changed = file.clone();
    for (int count = 1 + random.nextInt(8); count > 0; count--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    if (random.nextBoolean()) {
      int length = 1 + random.nextInt(200);
      System.arraycopy(
          file,
          random.nextInt(file.length - length),
          changed,
          random.nextInt(file.length - length),
          length);
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(changed, random.nextInt(changed.length))
        : changed;
  }

  private static Optional<StateDict> read(byte[] file, String where) {
    try {
      return Optional.of(Resources.read(file));
    } catch (ModelFormatException _) {
      return Optional.empty();
    } catch (Throwable e) {
      return fail(where, e);
    }
  }

  private static void assertSame(StateDict expected, StateDict found, String where) {
    Map<String, Tensor> tensors = found.tensors();
    assertTrue(
        List.copyOf(expected.tensors().keySet()).equals(List.copyOf(tensors.keySet())), where);
    expected
        .tensors()
        .forEach(
            (name, tensor) -> {
              Tensor other = tensors.get(name);
              assertTrue(tensor.dataType() == other.dataType(), where);
              assertTrue(tensor.shape().equals(other.shape()), where);
              assertTrue(tensor.bytes().mismatch(other.bytes()) == -1, where);
            });
  }
}
