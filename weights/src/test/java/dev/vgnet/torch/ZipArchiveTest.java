package dev.vgnet.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that lie: a right one of two entries, changed field by field. */
class ZipArchiveTest {
  private static final byte[] FIRST = "first entry".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SECOND = "second entry".getBytes(StandardCharsets.US_ASCII);

  private static final int LOCAL_1 = 0;
  private static final int LOCAL_2 = 30 + 3 + FIRST.length;
  private static final int CENTRAL_1 = LOCAL_2 + 30 + 3 + SECOND.length;
  private static final int CENTRAL_2 = CENTRAL_1 + 46 + 3;
  private static final int END = CENTRAL_2 + 46 + 3;

  /** Names of three letters, so that offsets are easy to tell. */
  private static byte[] archive(String first, String second) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      PickleWriter.store(zip, first, FIRST);
      PickleWriter.store(zip, second, SECOND);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return file.toByteArray();
  }

  private static ZipArchive open(byte[] file) {
    return new ZipArchive(MemorySegment.ofArray(file));
  }

  private static void assertRefused(String message, Consumer<ByteBuffer> change) {
    byte[] file = archive("a/1", "a/2");
    change.accept(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
    assertRefused(message, file);
  }

  private static void assertRefused(String message, byte[] file) {
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> open(file).read("a/1"));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  @Test
  void readsStoredEntries() {
    byte[] file = archive("a/1", "a/2");
    assertEquals(END + 22, file.length);
    ZipArchive archive = open(file);
    assertEquals(List.of("a/1", "a/2"), List.copyOf(archive.names()));
    assertArrayEquals(FIRST, archive.read("a/1").toArray(ValueLayout.JAVA_BYTE));
    assertArrayEquals(SECOND, archive.read("a/2").toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void readsAnArchiveWithAComment() {
    byte[] file = Arrays.copyOf(archive("a/1", "a/2"), END + 22 + 300);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putShort(END + 20, (short) 300);
    assertArrayEquals(FIRST, open(file).read("a/1").toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void refusesNamesThatLie() {
    assertRefused("is named \"b/1\" in its local header", zip -> zip.put(LOCAL_1 + 30, (byte) 'b'));
    assertRefused("is named \"a/\" in its local", zip -> zip.putShort(LOCAL_1 + 26, (short) 2));
    assertRefused("second entry is named", archiveOfOneName());
  }

  private static byte[] archiveOfOneName() {
    byte[] file = archive("a/1", "a/2");
    file[LOCAL_2 + 32] = '1';
    file[CENTRAL_2 + 48] = '1';
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"../", "..\\", "/a1", "//a", "./1", "a/.", "C\\1", "a\n1", "///"})
  void refusesPathsThatLeadElsewhere(String name) {
    assertRefused("not a plain relative path", archive("a/1", name));
  }

  @Test
  void refusesSizesThatLie() {
    assertRefused("local header contradicts", zip -> zip.putInt(LOCAL_1 + 22, 10));
    assertRefused("bytes from offset", zip -> zip.putInt(CENTRAL_1 + 20, 1 << 30));
    assertRefused(
        "offset %d: a zip64 field is missing".formatted(CENTRAL_2),
        zip -> zip.putInt(CENTRAL_1 + 24, -1));
    assertRefused("overlaps", zip -> sizes(zip, FIRST.length + 1));
    assertRefused("is damaged", zip -> sizes(zip, FIRST.length - 1));
    assertRefused(
        "expected as many stored bytes",
        zip -> {
          zip.putInt(LOCAL_1 + 22, 5);
          zip.putInt(CENTRAL_1 + 24, 5);
        });
    assertRefused("local header contradicts", zip -> zip.putInt(CENTRAL_1 + 16, 17));
  }

  private static void sizes(ByteBuffer zip, int size) {
    for (int at : List.of(LOCAL_1 + 18, LOCAL_1 + 22, CENTRAL_1 + 20, CENTRAL_1 + 24)) {
      zip.putInt(at, size);
    }
  }

  @Test
  void refusesDirectoriesThatLie() {
    assertRefused("local header at offset", zip -> zip.putInt(CENTRAL_1 + 42, 5));
    assertRefused("local header at offset", zip -> zip.putInt(CENTRAL_1 + 42, CENTRAL_1));
    assertRefused("is named", zip -> zip.putInt(CENTRAL_1 + 42, LOCAL_2));
    assertRefused("directory entry 1 of 2", zip -> zip.put(CENTRAL_1, (byte) 'X'));
    assertRefused("goes on behind", zip -> zip.putShort(CENTRAL_2 + 30, (short) 900));
    assertRefused("expected a directory that ends", zip -> zip.putInt(END + 16, CENTRAL_2));
    assertRefused("expected a directory that ends", zip -> zip.putInt(END + 12, 1 << 30));
    assertRefused("more bytes", zip -> counts(zip, 1));
    assertRefused("expected a directory that ends", zip -> counts(zip, 3));
    assertRefused("several parts", zip -> zip.putShort(END + 8, (short) 1));
    assertRefused("several parts", zip -> zip.putShort(END + 4, (short) 1));
    assertRefused("has no end record", zip -> zip.putShort(END + 20, (short) 1));
  }

  private static void counts(ByteBuffer zip, int count) {
    zip.putShort(END + 8, (short) count);
    zip.putShort(END + 10, (short) count);
  }

  @Test
  void refusesEncryptedEntries() {
    assertRefused(
        "is encrypted",
        zip -> {
          zip.putShort(LOCAL_1 + 6, (short) 1);
          zip.putShort(CENTRAL_1 + 8, (short) 1);
        });
  }

  @Test
  void refusesCompressedEntries() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry("a/1"));
      zip.write(new byte[100]);
    }
    assertRefused("is compressed (method 8)", file.toByteArray());
  }

  @Test
  void refusesOtherArchives() {
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> Resources.read(archive("a/1", "a/2")));
    assertTrue(refused.getMessage().contains("has no data.pkl"), refused.getMessage());
  }

  @Test
  void refusesTwoCheckpointsInOne() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      PickleWriter.store(zip, "a/data.pkl", FIRST);
      PickleWriter.store(zip, "b/data.pkl", FIRST);
    }
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> Resources.read(file.toByteArray()));
    assertTrue(refused.getMessage().contains("has two checkpoints"), refused.getMessage());
  }

  @Test
  void refusesBigEndianNumbers() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      PickleWriter.store(zip, "a/data.pkl", FIRST);
      PickleWriter.store(zip, "a/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
    }
    ModelFormatException refused =
        assertThrows(ModelFormatException.class, () -> Resources.read(file.toByteArray()));
    assertTrue(
        refused.getMessage().contains("expected \"little\", found \"big\""), refused.getMessage());
  }
}
