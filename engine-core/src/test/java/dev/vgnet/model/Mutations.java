package dev.vgnet.model;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import java.util.function.Consumer;

/** Damaged copies of a valid file. */
final class Mutations {
  private static final byte[] REPLACEMENTS =
      "\0\u007f\"{}[],:\\-+. \n0189eEtfnu".getBytes(US_ASCII);

  private Mutations() {}

  /**
   * Changes each byte alone, in many ways: a reader takes the file or throws a {@link
   * ModelFormatException}, nothing else.
   */
  static void ofEveryByte(byte[] file, Consumer<byte[]> reader) {
    int refused = 0;
    for (int i = 0; i < file.length; i++) {
      byte original = file[i];
      for (int bit = 0; bit < 8; bit++) {
        refused += read(file, i, (byte) (original ^ 1 << bit), reader);
      }
      for (byte replacement : REPLACEMENTS) {
        refused += read(file, i, replacement, reader);
      }
      refused += read(file, i, (byte) 0xff, reader);
      file[i] = original;
    }
    assertTrue(refused > file.length, "most changes of a header are refused");
    reader.accept(file);
  }

  private static int read(byte[] file, int index, byte value, Consumer<byte[]> reader) {
    file[index] = value;
    try {
      reader.accept(file);
      return 0;
    } catch (ModelFormatException _) {
      return 1;
    } catch (Throwable e) {
      throw new AssertionError("byte %d as 0x%02x".formatted(index, value), e);
    }
  }
}
