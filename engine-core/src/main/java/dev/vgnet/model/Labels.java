package dev.vgnet.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vgnet.error.ModelFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The names of a network's classes, in the order of its logits. */
public final class Labels {
  private static final String IMAGENET = "imagenet-labels.txt";
  private static final int MAX_FILE_SIZE = 1 << 22;
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private Labels() {}

  /** The 1,000 classes of ImageNet (ILSVRC 2012) by their short names, as torchvision has them. */
  public static List<String> imageNet() {
    try (InputStream in = Labels.class.getResourceAsStream(IMAGENET)) {
      return parse(IMAGENET, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a text file in UTF-8 with one label a line. White space around a label is dropped, and so
   * is the byte order mark that some editors put ahead of the first.
   *
   * @throws ModelFormatException if the file is empty, larger than 4 MiB or not UTF-8, if a line is
   *     blank, or if the labels are more than a weight file holds
   * @throws IOException if it cannot be read
   */
  public static List<String> read(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "is a directory");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_FILE_SIZE + 1);
    }
    if (bytes.length > MAX_FILE_SIZE) {
      throw new ModelFormatException(
          path.toString(), "expected labels of at most " + MAX_FILE_SIZE + " bytes");
    }
    List<String> labels = parse(path.toString(), bytes);
    if (Json.write(labels).length() > Json.MAX_LENGTH) {
      throw new ModelFormatException(path.toString(), "holds more labels than a weight file can");
    }
    return labels;
  }

  private static List<String> parse(String file, byte[] bytes) {
    String text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ModelFormatException(file, "is not UTF-8", e);
    }
    String unmarked = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    List<String> labels = unmarked.lines().map(String::strip).toList();
    if (labels.isEmpty()) {
      throw new ModelFormatException(file, "holds no label");
    }
    int blank = labels.indexOf("");
    if (blank >= 0) {
      throw new ModelFormatException(file, "line " + (blank + 1) + " is blank");
    }
    return labels;
  }
}
