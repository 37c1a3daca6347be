package dev.vgnet.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Checks a safetensors file against every rule of its format. The header is read token by token, so
 * memory stays within a small multiple of its size.
 */
final class SafetensorsReader {
  private static final int LENGTH_SIZE = 8;

  /** The format sets no limit; this is NumPy's and PyTorch's. */
  private static final int MAX_RANK = 64;

  /** What a checkpoint of torch.save starts with: four bytes, or one, in older ones. */
  private static final int ZIP_MAGIC = 0x04034b50;

  private static final int PICKLE_PROTOCOL = 0x80;

  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final JsonFactory JSON =
      Json.strict(
          StreamReadConstraints.builder()
              .maxNestingDepth(3)
              .maxNumberLength(20)
              .maxStringLength(Safetensors.MAX_HEADER_SIZE)
              .maxNameLength(Safetensors.MAX_HEADER_SIZE)
              .build());

  private record Entry(DataType dataType, Shape shape, long begin, long end) {}

  private final JsonParser parser;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private Map<String, String> metadata;

  private SafetensorsReader(JsonParser parser) {
    this.parser = parser;
  }

  static Safetensors read(MemorySegment file) {
    long headerSize = headerSize(file);
    CharBuffer header = decode(file.asSlice(LENGTH_SIZE, headerSize));
    try (JsonParser parser =
        JSON.createParser(header.array(), header.arrayOffset(), header.length())) {
      SafetensorsReader reader = new SafetensorsReader(parser);
      reader.header();
      return reader.content(file.asSlice(LENGTH_SIZE + headerSize));
    } catch (JacksonException e) {
      long character = e.getLocation() == null ? 0 : e.getLocation().getCharOffset();
      throw new ModelFormatException(
          "header character " + character, Printable.shortened(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new AssertionError("reading an array cannot fail", e);
    }
  }

  private static long headerSize(MemorySegment file) {
    if (file.byteSize() < LENGTH_SIZE) {
      throw new ModelFormatException(
          "offset 0", "expected 8 bytes of header length, found " + file.byteSize());
    }
    long size = file.get(LENGTH, 0);
    long available = file.byteSize() - LENGTH_SIZE;
    if (size < 0 || size > Safetensors.MAX_HEADER_SIZE || size > available) {
      if (isSavedByTorch(size)) {
        throw new ModelFormatException(
            "offset 0",
            "begins as a checkpoint of torch.save does, which vgnet import turns into a weight"
                + " file");
      }
      throw new ModelFormatException(
          "offset 0",
          "expected a header length of at most %d, found %s; no safetensors file, or a part of one"
              .formatted(
                  Math.min(available, Safetensors.MAX_HEADER_SIZE), Long.toUnsignedString(size)));
    }
    return size;
  }

  private static boolean isSavedByTorch(long firstBytes) {
    return (int) firstBytes == ZIP_MAGIC || (firstBytes & 0xff) == PICKLE_PROTOCOL;
  }

  /** The header's characters without the spaces that pad it. */
  private static CharBuffer decode(MemorySegment bytes) {
    long size = bytes.byteSize();
    if (size == 0 || bytes.get(JAVA_BYTE, 0) != '{') {
      throw new ModelFormatException("offset " + LENGTH_SIZE, "a header must begin with {");
    }
    while (bytes.get(JAVA_BYTE, size - 1) == ' ') {
      size--;
    }
    if (bytes.get(JAVA_BYTE, size - 1) != '}') {
      throw new ModelFormatException(
          "offset " + (LENGTH_SIZE + size - 1), "a header must end with } and spaces");
    }
    try {
      return UTF_8.newDecoder().decode(bytes.asSlice(0, size).asByteBuffer());
    } catch (CharacterCodingException e) {
      throw new ModelFormatException("header", "is not UTF-8", e);
    }
  }

  private void header() throws IOException {
    parser.nextToken();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      if (!name.equals(Safetensors.METADATA_KEY)) {
        String where = tensor(name);
        if (entries.put(name, entry(where)) != null) {
          throw new ModelFormatException(where, "is named twice");
        }
      } else if (metadata == null) {
        metadata = readMetadata();
      } else {
        throw new ModelFormatException(name, "occurs twice");
      }
    }
    if (parser.nextToken() != null) {
      throw new ModelFormatException("header", "goes on after its closing }");
    }
  }

  private Safetensors content(MemorySegment data) {
    Map<String, Tensor> tensors = tensors(data);
    try {
      return new Safetensors(tensors, metadata == null ? Map.of() : metadata);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("header", e.getMessage(), e);
    }
  }

  private Map<String, String> readMetadata() throws IOException {
    String where = Safetensors.METADATA_KEY;
    expect(JsonToken.START_OBJECT, where, "a map of strings");
    Map<String, String> map = new LinkedHashMap<>();
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      parser.nextToken();
      expect(JsonToken.VALUE_STRING, where + " " + Printable.shortened(key), "a string");
      if (map.put(key, parser.getText()) != null) {
        throw new ModelFormatException(where, Printable.shortened(key) + " occurs twice");
      }
    }
    return map;
  }

  private Entry entry(String where) throws IOException {
    expect(JsonToken.START_OBJECT, where, "an object");
    DataType dataType = null;
    Shape shape = null;
    long[] offsets = null;
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      parser.nextToken();
      switch (key) {
        case "dtype" -> dataType = once(where, key, dataType, dataType(where));
        case "shape" -> shape = once(where, key, shape, shape(where));
        case "data_offsets" -> offsets = once(where, key, offsets, offsets(where));
        default ->
            throw new ModelFormatException(where, "has an unknown key " + Printable.shortened(key));
      }
    }
    if (dataType == null || shape == null || offsets == null) {
      throw new ModelFormatException(where, "needs dtype, shape and data_offsets");
    }
    return new Entry(dataType, shape, offsets[0], offsets[1]);
  }

  private static <T> T once(String where, String key, T earlier, T value) {
    if (earlier != null) {
      throw new ModelFormatException(where, "has two " + key);
    }
    return value;
  }

  private DataType dataType(String where) throws IOException {
    expect(JsonToken.VALUE_STRING, where + " dtype", "a string");
    String code = parser.getText();
    return DataType.ofCode(code)
        .orElseThrow(
            () ->
                new ModelFormatException(
                    where,
                    "expected a dtype of %s, found %s"
                        .formatted(
                            Arrays.stream(DataType.values()).map(DataType::code).toList(),
                            Printable.shortened(code))));
  }

  private Shape shape(String where) throws IOException {
    long[] extents = integers(where + " shape", MAX_RANK);
    for (long extent : extents) {
      if (extent > Integer.MAX_VALUE) {
        throw new ModelFormatException(
            where, "expected extents of at most %d, found %d".formatted(Integer.MAX_VALUE, extent));
      }
    }
    try {
      return Shape.of(Arrays.stream(extents).mapToInt(Math::toIntExact).toArray());
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(where, "has more elements than a file can hold", e);
    }
  }

  private long[] offsets(String where) throws IOException {
    long[] offsets = integers(where + " data_offsets", 2);
    if (offsets.length != 2) {
      throw new ModelFormatException(where, "expected two data_offsets, found " + offsets.length);
    }
    return offsets;
  }

  private long[] integers(String where, int limit) throws IOException {
    expect(JsonToken.START_ARRAY, where, "a list of integers");
    LongStream.Builder values = LongStream.builder();
    for (int count = 1; parser.nextToken() != JsonToken.END_ARRAY; count++) {
      expect(JsonToken.VALUE_NUMBER_INT, where, "an integer");
      if (count > limit) {
        throw new ModelFormatException(where, "expected at most %d integers".formatted(limit));
      }
      if (parser.getText().startsWith("-")) {
        throw new ModelFormatException(where, "expected no sign, found " + parser.getText());
      }
      values.add(parser.getLongValue());
    }
    return values.build().toArray();
  }

  private void expect(JsonToken token, String where, String expected) {
    if (parser.currentToken() != token) {
      throw new ModelFormatException(
          where, "expected %s, found %s".formatted(expected, parser.currentToken()));
    }
  }

  /** The tensors in the order of their bytes, which must follow each other and fill the file. */
  private Map<String, Tensor> tensors(MemorySegment data) {
    requireWhole(data.byteSize());
    List<Map.Entry<String, Entry>> ordered =
        entries.entrySet().stream()
            .sorted(
                Map.Entry.comparingByValue(
                    Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)))
            .toList();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long position = 0;
    for (Map.Entry<String, Entry> named : ordered) {
      Entry entry = named.getValue();
      check(named.getKey(), entry, position);
      tensors.put(
          named.getKey(),
          Tensor.wrap(
              entry.shape(),
              entry.dataType(),
              data.asSlice(entry.begin(), entry.end() - entry.begin())));
      position = entry.end();
    }
    if (position != data.byteSize()) {
      throw new ModelFormatException(
          "data", "expected %d bytes of tensors, found %d".formatted(position, data.byteSize()));
    }
    return tensors;
  }

  /** The likeliest trouble of all, told as what it is. */
  private void requireWhole(long available) {
    long needed = entries.values().stream().mapToLong(Entry::end).max().orElse(0);
    if (needed > available) {
      throw new ModelFormatException(
          "data",
          "expected %d bytes of tensors, found %d: the file is cut short or damaged"
              .formatted(needed, available));
    }
  }

  private static void check(String name, Entry entry, long position) {
    if (entry.begin() != position) {
      throw new ModelFormatException(
          tensor(name),
          "expected to begin at offset %d of the data, where the tensor before ends, found %d"
              .formatted(position, entry.begin()));
    }
    if (entry.end() < entry.begin()) {
      throw new ModelFormatException(
          tensor(name),
          "expected to end at offset %d of the data or later, found %d"
              .formatted(entry.begin(), entry.end()));
    }
    long size = entry.end() - entry.begin();
    long count = entry.shape().elementCount();
    int each = entry.dataType().byteSize();
    if (size % each != 0 || size / each != count) {
      throw new ModelFormatException(
          tensor(name),
          "expected %d elements of %d bytes for %s%s, found %d bytes"
              .formatted(count, each, entry.dataType().code(), entry.shape(), size));
    }
  }

  private static String tensor(String name) {
    return "tensor " + Printable.shortened(name);
  }
}
