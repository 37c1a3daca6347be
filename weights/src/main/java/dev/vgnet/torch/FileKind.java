package dev.vgnet.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** What a file is, by its first bytes. */
enum FileKind {
  ZIP,
  LEGACY,
  SAFETENSORS;

  private static final int START = 512;

  /** The number 0x1950a86a20f9469cfc6c as a pickle, which every legacy file begins with. */
  private static final String LEGACY_MAGIC =
      "\u008a\n\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019.";

  /** In front of it: the protocol and, since protocol 4, the length of a frame. */
  private static final int PROTO_SIZE = 2;

  private static final int FRAME_SIZE = 9;
  private static final int SAFETENSORS_LENGTH = 8;

  /**
   * @throws ModelFormatException if the file is none of these; it says what it is, where that is
   *     known
   */
  static FileKind of(MemorySegment file) {
    byte[] bytes = file.asSlice(0, Math.min(START, file.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    String start = new String(bytes, ISO_8859_1);
    if (start.startsWith("PK\u0003\u0004") || start.startsWith("PK\u0005\u0006")) {
      return ZIP;
    }
    if (start.startsWith(LEGACY_MAGIC, PROTO_SIZE)
        || start.startsWith(LEGACY_MAGIC, PROTO_SIZE + FRAME_SIZE)) {
      return LEGACY;
    }
    if (start.startsWith("{", SAFETENSORS_LENGTH)) {
      return SAFETENSORS;
    }
    throw new ModelFormatException(
        "file",
        "expected a checkpoint of torch.save or a safetensors file, found " + describe(start));
  }

  private static String describe(String start) {
    String text = start.strip().toLowerCase(Locale.ROOT);
    if (start.isEmpty()) {
      return "no bytes at all";
    }
    if (start.startsWith("version https://git-lfs")) {
      return "a Git LFS pointer, which stands for the file itself: get that with 'git lfs pull'";
    }
    if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml")) {
      return "a web page: the download gave no checkpoint";
    }
    if (start.startsWith("\u001f\u008b")) {
      return "gzip data: decompress it first";
    }
    if (start.startsWith("ustar", 257)) {
      return "a tar archive: unpack it, or, if PyTorch 0.1 wrote it, load and save it in Python";
    }
    if (start.startsWith("\u0089HDF")) {
      return "an HDF5 file, as Keras writes them";
    }
    if (start.startsWith("\u0093NUMPY")) {
      return "a NumPy array";
    }
    if (start.startsWith("\u0080")) {
      return "a Python pickle that torch.save did not write";
    }
    return "bytes that begin with "
        + Printable.quoted(start.substring(0, Math.min(16, start.length())));
  }
}
