package dev.vgnet.torch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A right legacy file with one thing wrong. */
class LegacyCheckpointTest {
  private static final int VERSION = 18;
  private static final int LITTLE_ENDIAN = 73;
  private static final int KEYS = 1845;
  private static final int FIRST_KEY = 1856;
  private static final int FIRST_COUNT = 2109;

  private static byte[] file() throws IOException {
    return Resources.bytes("odd_tensors.legacy.pth");
  }

  private static void assertRefused(String message, int at, int value) throws IOException {
    byte[] changed = file();
    changed[at] = (byte) value;
    assertRefused(message, changed);
  }

  private static void assertRefused(String message, byte[] file) {
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> Resources.read(file));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  @Test
  void refusesAnotherVersion() throws IOException {
    assertRefused("offset 15: expected version 1001", VERSION, 0);
  }

  @Test
  void refusesBigEndianNumbers() throws IOException {
    assertRefused("offset 21: the numbers are big-endian", LITTLE_ENDIAN, Opcode.NEWFALSE);
    assertRefused("offset 21: expected a dict that tells", LITTLE_ENDIAN, Opcode.NONE);
  }

  @Test
  void refusesStoragesThatNoTensorUses() throws IOException {
    assertRefused("offset 1845: expected the key of a storage", FIRST_KEY, 'x');
    byte[] file = Arrays.copyOf(file(), KEYS + 4);
    file[KEYS + 2] = (byte) Opcode.NONE;
    file[KEYS + 3] = Opcode.STOP;
    assertRefused("offset 1845: expected a list of storage keys", file);
  }

  @Test
  void refusesStoragesListedTwice() throws IOException {
    byte[] file = file();
    System.arraycopy(file, FIRST_KEY, file, FIRST_KEY + 16, 9);
    assertRefused("storage \"330613728\" is listed twice", file);
  }

  @Test
  void refusesOtherCounts() throws IOException {
    assertRefused("of 4 float16, found 5 elements", FIRST_COUNT, 5);
    assertRefused("of 4 float16, found -", FIRST_COUNT + 7, 0x80);
  }

  @Test
  void refusesMoreBytes() throws IOException {
    byte[] file = file();
    assertRefused("found 1 more bytes", Arrays.copyOf(file, file.length + 1));
  }

  @Test
  void refusesATensorWithoutItsStorage() throws IOException {
    byte[] file = file();
    byte[] magic = Arrays.copyOf(file, 137);
    byte[] object =
        new PickleWriter()
            .op('}')
            .text("w")
            .tensor(1, 0, new long[] {1}, new long[] {1})
            .op('s')
            .bytes();
    byte[] keys = new PickleWriter().op(']').bytes();
    String latin1 = latin1(magic) + latin1(object) + latin1(keys);
    assertRefused("storage \"0\": is missing", latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
