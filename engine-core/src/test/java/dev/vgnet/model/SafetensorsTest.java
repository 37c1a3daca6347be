package dev.vgnet.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {
  private static final String A = "\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}";

  @TempDir Path directory;

  /** The fixture comes from the format's own library; see {@code src/test/rust}. */
  @Test
  void readsWhatTheFormatsOwnLibraryWrites() throws IOException {
    Safetensors file = Safetensors.read(MemorySegment.ofArray(reference()));
    assertEquals(Map.of("format", "pt"), file.metadata());
    assertEquals(
        List.of(
            "scalar INT64[]",
            "alpha FLOAT64[3]",
            "empty FLOAT32[0, 4]",
            "näme \"quoted\"😀 FLOAT32[1]",
            "zeta.weight FLOAT32[2, 3, 1, 1]",
            "ints INT32[2]",
            "brain BFLOAT16[1, 3]",
            "half FLOAT16[5]",
            "shorts INT16[3]",
            "signed INT8[1]",
            "bytes UINT8[2, 2]",
            "flags BOOL[3]"),
        file.tensors().entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    assertArrayEquals(new double[] {1, 0, 1}, file.tensors().get("flags").toDoubleArray());
    assertArrayEquals(new double[] {11, 48, 85, 122}, file.tensors().get("bytes").toDoubleArray());
    assertEquals(11 + 256 * 48, file.tensors().get("shorts").get(0));
    assertEquals(
        Float.intBitsToFloat(0x7a_55_30_0b), (float) file.tensors().get("zeta.weight").get(0));
  }

  @Test
  void writesTheSameBytesAsTheFormatsOwnLibrary() throws IOException {
    Path path = directory.resolve("copy.safetensors");
    Safetensors.read(MemorySegment.ofArray(reference())).write(path);
    assertArrayEquals(reference(), Files.readAllBytes(path));
  }

  @Test
  void keepsTensorsAndMetadata() throws IOException {
    Random random = new Random(1);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (DataType type : DataType.values()) {
      for (Shape shape : List.of(Shape.of(), Shape.of(0, 7), Shape.of(3, 5, 1))) {
        byte[] bytes = new byte[(int) shape.elementCount() * type.byteSize()];
        random.nextBytes(bytes);
        tensors.put(type + "." + shape, Tensor.wrap(shape, type, MemorySegment.ofArray(bytes)));
      }
    }
    Map<String, String> metadata =
        Map.of("", "", "a\u0000\n\u001f\"\\/", "é€😀", "long", "x\"".repeat(100_000));
    Path path = directory.resolve("all types.safetensors");
    new Safetensors(tensors, metadata).write(path);
    Safetensors read = Safetensors.read(path);
    assertEquals(metadata, read.metadata());
    assertEquals(tensors.keySet(), Map.copyOf(read.tensors()).keySet());
    tensors.forEach(
        (name, tensor) -> {
          Tensor found = read.tensors().get(name);
          assertEquals(tensor.toString(), found.toString());
          assertEquals(-1, tensor.bytes().mismatch(found.bytes()), name);
          assertEquals(0, found.bytes().address() % found.dataType().byteSize(), name);
        });
  }

  @Test
  void writesMemoryOfAnyKindInPieces() throws IOException {
    float[] values = new float[1_000_003];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Tensor tensor =
        Tensor.wrap(
            Shape.of(values.length), DataType.FLOAT32, MemorySegment.ofArray(values).asReadOnly());
    Path path = directory.resolve("large.safetensors");
    new Safetensors(Map.of("t", tensor), Map.of()).write(path);
    assertArrayEquals(values, Safetensors.read(path).tensors().get("t").toFloatArray());
  }

  @Test
  void keepsAnEmptyFile() throws IOException {
    Path path = directory.resolve("empty.safetensors");
    new Safetensors(Map.of(), Map.of()).write(path);
    assertArrayEquals(file("{}      ", 0), Files.readAllBytes(path));
    assertEquals(new Safetensors(Map.of(), Map.of()), Safetensors.read(path));
  }

  @Test
  void replacesAFileThatIsBeingRead() throws IOException {
    Path path = directory.resolve("model.safetensors");
    write(path, 1);
    Tensor before = Safetensors.read(path).tensors().get("t");
    write(path, 2);
    assertEquals(1, before.get(0));
    assertEquals(2, Safetensors.read(path).tensors().get("t").get(0));
    assertEquals(List.of(path), list());
  }

  @Test
  void mapsMoreThanTwoGibibytes() throws IOException {
    long count = (1L << 31) + 5;
    byte[] header =
        file(
            """
            {"big":{"dtype":"U8","shape":[65536,32769],"data_offsets":[0,%1$d]},\
            "last":{"dtype":"U8","shape":[1],"data_offsets":[%1$d,%2$d]}}\
            """
                .formatted(65536L * 32769, 65536L * 32769 + 1),
            0);
    Path path = directory.resolve("sparse.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(header));
      channel.write(ByteBuffer.wrap(new byte[] {42}), header.length + 65536L * 32769);
    }
    Safetensors read = Safetensors.read(path);
    assertTrue(read.tensors().get("big").bytes().byteSize() > count);
    assertEquals(42, read.tensors().get("last").get(0));
  }

  @Test
  void tellsTroubleOfTheFileSystemFromABrokenFile() throws IOException {
    Path missing = directory.resolve("missing");
    assertThrows(NoSuchFileException.class, () -> Safetensors.read(missing));
    assertThrows(FileSystemException.class, () -> Safetensors.read(directory));
    Path broken = Files.writeString(directory.resolve("broken.safetensors"), "hello");
    ModelFormatException e =
        assertThrows(ModelFormatException.class, () -> Safetensors.read(broken));
    assertEquals(broken + ": offset 0: expected 8 bytes of header length, found 5", e.getMessage());
  }

  @Test
  void leavesNothingBehindWhenItCannotWrite() throws IOException {
    Safetensors content = new Safetensors(Map.of(), Map.of());
    assertThrows(FileSystemException.class, () -> content.write(directory));
    assertThrows(
        NoSuchFileException.class, () -> content.write(directory.resolve("no/such/directory")));
    Path longer = directory.resolve("x".repeat(256));
    FileSystemException tooLong =
        assertThrows(FileSystemException.class, () -> content.write(longer));
    assertEquals(longer.toString(), tooLong.getFile());
    Path path = Files.writeString(directory.resolve("old"), "old");
    IOException full = new IOException("disk full");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    path,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[10]));
                      throw full;
                    }));
    assertEquals(path + ": " + full.getMessage(), thrown.getMessage());
    assertEquals(full, thrown.getCause());
    assertEquals("old", Files.readString(path));
    assertEquals(List.of(path), list());
  }

  @Test
  void refusesContentThatTheFormatCannotHold() {
    Tensor tensor = Tensor.of(Shape.of(), new float[1]);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Safetensors(Map.of("__metadata__", tensor), Map.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Safetensors(Map.of("half \ud800", tensor), Map.of()));
    assertThrows(
        IllegalArgumentException.class, () -> new Safetensors(Map.of(), Map.of("a", "\udfff")));
    Safetensors tooLong = new Safetensors(Map.of(), Map.of("a", "x".repeat(100_000_000)));
    assertThrows(
        IllegalArgumentException.class, () -> tooLong.write(directory.resolve("too long")));
  }

  static Stream<Arguments> allowed() {
    return Stream.of(
        arguments("no tensor", file("{}", 0)),
        arguments("one tensor", file("{" + A + "}", 2)),
        arguments("padding", file("{" + A + "}     ", 2)),
        arguments("white space inside", file("{ \n\t\r" + A.replace(":", " :\n") + " }", 2)),
        arguments("empty metadata", file("{\"__metadata__\":{}," + A + "}", 2)),
        arguments("metadata last", file("{" + A + ",\"__metadata__\":{\"k\":\"v\"}}", 2)),
        arguments(
            "keys in any order",
            file(entry("\"shape\":[2],\"data_offsets\":[0,2],\"dtype\":\"U8\""), 2)),
        arguments("escaped key", file("{" + A.replace("dtype", "\\u0064type") + "}", 2)),
        arguments("empty name", file("{" + A.replace("\"a\"", "\"\"") + "}", 2)),
        arguments("scalar", file(tensor("U8", "[]", "[0,1]"), 1)),
        arguments("no element", file(tensor("F32", "[2,0,3]", "[0,0]"), 0)),
        arguments(
            "no element of a huge shape", file(tensor("F32", "[0,2147483647,9]", "[0,0]"), 0)),
        arguments("many dimensions", file(tensor("F32", "[" + "1,".repeat(63) + "1]", "[0,4]"), 4)),
        arguments(
            "order of the header is free",
            file("{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]}," + A + "}", 3)),
        arguments(
            "empty tensors between others",
            file(
                "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]},"
                    + "\"c\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[2,2]},"
                    + "\"d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[3,3]},"
                    + A
                    + "}",
                3)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void allowed(String name, byte[] file) {
    Safetensors read = Safetensors.read(MemorySegment.ofArray(file));
    long header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertEquals(
        file.length - 8 - header,
        read.tensors().values().stream().mapToLong(t -> t.bytes().byteSize()).sum());
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("no bytes", new byte[0], "offset 0: expected 8 bytes of header length, found 0"),
        arguments("no header", length(0), "offset 8: a header must begin with {"),
        arguments(
            "header longer than the file",
            length(3, '{', '}'),
            "expected a header length of at most 2, found 3"),
        arguments("negative length", length(-1, '{', '}'), "found 18446744073709551615"),
        arguments(
            "length of the smallest long",
            length(Long.MIN_VALUE, '{', '}'),
            "found 9223372036854775808"),
        arguments("length with overflow", length(Long.MAX_VALUE - 7, '{', '}'), "offset 0"),
        arguments("zip archive", length(0x0808_0000_0403_4b50L), "vgnet import"),
        arguments("pickle", length(0x6a0a_8a02_80L), "vgnet import"),
        arguments("over the cap", overTheCap(), "at most 100000000, found 100000001"),
        arguments("space first", file(" {}", 0), "must begin with {"),
        arguments("byte order mark", file("\ufeff{}", 0), "must begin with {"),
        arguments("array", file("[]", 0), "must begin with {"),
        arguments("spaces only", file("    ", 0), "must begin with {"),
        arguments("padded with zeros", file("{}\0\0", 0), "offset 11: a header must end with }"),
        arguments("padded with a line feed", file("{}\n", 0), "must end with }"),
        arguments("only an opening brace", file("{", 0), "must end with }"),
        arguments("two objects", file("{}{}", 0), "goes on"),
        arguments("object and brace", file("{}}", 0), "header character"),
        arguments("not closed", file("{" + A, 2), "header character"),
        arguments("comma at the end", file("{" + A + ",}", 2), "header character"),
        arguments("comment", file("{/**/}", 0), "header character"),
        arguments("single quotes", file("{" + A.replace('"', '\'') + "}", 2), "header character"),
        arguments(
            "control character in a name",
            file("{" + A.replace("a\":{", "\u0001\":{") + "}", 2),
            "header character"),
        arguments("not UTF-8", latin("{" + A.replace("\"a\"", "\"\u00e9\"") + "}", 2), "not UTF-8"),
        arguments(
            "overlong UTF-8",
            latin("{" + A.replace("\"a\"", "\"\u00c1\u0081\"") + "}", 2),
            "not UTF-8"),
        arguments(
            "surrogate in UTF-8",
            latin("{" + A.replace("\"a\"", "\"\u00ed\u00a0\u0080\"") + "}", 2),
            "not UTF-8"),
        arguments(
            "half an escaped pair",
            file("{" + A.replace("\"a\"", "\"\\ud800\"") + "}", 2),
            "surrogate"),
        arguments("duplicate tensor", file("{" + A + "," + A + "}", 2), "tensor a: is named twice"),
        arguments(
            "duplicate tensor by escape",
            file("{" + A + "," + A.replace("\"a\"", "\"\\u0061\"") + "}", 2),
            "tensor a: is named twice"),
        arguments(
            "duplicate metadata",
            file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
            "__metadata__: occurs twice"),
        arguments(
            "duplicate metadata key",
            file("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", 0),
            "k occurs twice"),
        arguments(
            "metadata is null", file("{\"__metadata__\":null}", 0), "expected a map of strings"),
        arguments(
            "metadata is a list", file("{\"__metadata__\":[]}", 0), "expected a map of strings"),
        arguments(
            "number in metadata",
            file("{\"__metadata__\":{\"k\":1}}", 0),
            "__metadata__ k: expected a string"),
        arguments(
            "object in metadata",
            file("{\"__metadata__\":{\"k\":{}}}", 0),
            "__metadata__ k: expected a string"),
        arguments("tensor is a number", file("{\"a\":1}", 0), "tensor a: expected an object"),
        arguments("tensor is null", file("{\"a\":null}", 0), "tensor a: expected an object"),
        arguments(
            "tensor is a list",
            file("{\"a\":[\"U8\",[0],[0,0]]}", 0),
            "tensor a: expected an object"),
        arguments(
            "no dtype",
            file(entry("\"shape\":[0],\"data_offsets\":[0,0]"), 0),
            "needs dtype, shape and data_offsets"),
        arguments(
            "no shape",
            file(entry("\"dtype\":\"U8\",\"data_offsets\":[0,0]"), 0),
            "needs dtype, shape and data_offsets"),
        arguments(
            "no offsets",
            file(entry("\"dtype\":\"U8\",\"shape\":[0]"), 0),
            "needs dtype, shape and data_offsets"),
        arguments(
            "unknown key",
            file("{" + A.replace("}", ",\"stride\":[1]}") + "}", 2),
            "tensor a: has an unknown key stride"),
        arguments(
            "two dtypes",
            file("{" + A.replace("}", ",\"dtype\":\"U8\"}") + "}", 2),
            "tensor a: has two dtype"),
        arguments(
            "two shapes",
            file("{" + A.replace("}", ",\"shape\":[2]}") + "}", 2),
            "tensor a: has two shape"),
        arguments(
            "two offsets",
            file("{" + A.replace("}", ",\"data_offsets\":[0,2]}") + "}", 2),
            "tensor a: has two data_offsets"),
        arguments(
            "unsigned type",
            file(tensor("U16", "[1]", "[0,2]"), 2),
            "tensor a: expected a dtype of [F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL],"
                + " found U16"),
        arguments("eight-bit float", file(tensor("F8_E4M3", "[1]", "[0,1]"), 1), "found F8_E4M3"),
        arguments("four-bit float", file(tensor("F4", "[2]", "[0,1]"), 1), "found F4"),
        arguments("complex type", file(tensor("C64", "[1]", "[0,8]"), 8), "found C64"),
        arguments("lower-case type", file(tensor("f32", "[1]", "[0,4]"), 4), "found f32"),
        arguments(
            "type is a number",
            file("{" + A.replace("\"U8\"", "8") + "}", 2),
            "tensor a dtype: expected a string"),
        arguments(
            "shape is a number",
            file(tensor("U8", "2", "[0,2]"), 2),
            "tensor a shape: expected a list"),
        arguments(
            "too many dimensions",
            file(tensor("U8", "[" + "1,".repeat(64) + "1]", "[0,1]"), 1),
            "tensor a shape: expected at most 64 integers"),
        arguments(
            "negative extent",
            file(tensor("U8", "[-2]", "[0,2]"), 2),
            "expected no sign, found -2"),
        arguments(
            "negative zero", file(tensor("U8", "[-0]", "[0,0]"), 0), "expected no sign, found -0"),
        arguments(
            "two negative extents", file(tensor("U8", "[-1,-2]", "[0,2]"), 2), "expected no sign"),
        arguments(
            "fractional extent", file(tensor("U8", "[2.0]", "[0,2]"), 2), "expected an integer"),
        arguments(
            "extent with exponent", file(tensor("U8", "[2e0]", "[0,2]"), 2), "expected an integer"),
        arguments(
            "extent with a leading zero",
            file(tensor("U8", "[02]", "[0,2]"), 2),
            "header character"),
        arguments(
            "extent is a string", file(tensor("U8", "[\"2\"]", "[0,2]"), 2), "expected an integer"),
        arguments(
            "extent is null", file(tensor("U8", "[null]", "[0,2]"), 2), "expected an integer"),
        arguments("nested shape", file(tensor("U8", "[[2]]", "[0,2]"), 2), "header character"),
        arguments(
            "extent beyond an int",
            file(tensor("U8", "[2147483648,0]", "[0,0]"), 0),
            "expected extents of at most 2147483647, found 2147483648"),
        arguments(
            "extent beyond a long",
            file(tensor("U8", "[18446744073709551617]", "[0,1]"), 1),
            "header character"),
        arguments(
            "very long number",
            file(tensor("U8", "[" + "9".repeat(100_000) + "]", "[0,1]"), 1),
            "header character"),
        arguments(
            "shape that overflows",
            file(tensor("U8", "[2147483647,2147483647,2147483647]", "[0,1]"), 1),
            "more elements than a file can hold"),
        arguments(
            "shape that overflows to one",
            file(tensor("U8", "[2147418113,2147352577,4294836225]", "[0,1]"), 1),
            "expected extents"),
        arguments(
            "size that overflows",
            file(tensor("F64", "[1073741824,2147483647]", "[0,8]"), 8),
            "expected 2305843008139952128 elements of 8 bytes"),
        arguments(
            "size that wraps to zero",
            file(tensor("F64", "[1073741824,1073741824,2]", "[0,0]"), 0),
            "expected 2305843009213693952 elements"),
        arguments(
            "one offset",
            file(tensor("U8", "[2]", "[0]"), 2),
            "expected two data_offsets, found 1"),
        arguments(
            "three offsets",
            file(tensor("U8", "[2]", "[0,2,4]"), 2),
            "tensor a data_offsets: expected at most 2 integers"),
        arguments(
            "no offset", file(tensor("U8", "[0]", "[]"), 0), "expected two data_offsets, found 0"),
        arguments(
            "offsets reversed",
            file(tensor("U8", "[2]", "[2,0]"), 2),
            "expected to begin at offset 0"),
        arguments(
            "end before begin",
            file("{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[2,1]}}", 2),
            "tensor b: expected to end at offset 2 of the data or later, found 1"),
        arguments(
            "negative offset",
            file(tensor("U8", "[2]", "[-1,1]"), 2),
            "expected no sign, found -1"),
        arguments(
            "fractional offset", file(tensor("U8", "[2]", "[0,2.0]"), 2), "expected an integer"),
        arguments(
            "hole at the start",
            file(tensor("U8", "[2]", "[1,3]"), 3),
            "tensor a: expected to begin at offset 0 of the data"),
        arguments(
            "hole between",
            file("{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}", 4),
            "tensor b: expected to begin at offset 2"),
        arguments(
            "overlap",
            file("{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3),
            "tensor b: expected to begin at offset 2"),
        arguments(
            "shared bytes",
            file("{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2),
            "tensor b: expected to begin at offset 2"),
        arguments(
            "too few bytes for the shape",
            file(tensor("F32", "[2]", "[0,4]"), 4),
            "tensor a: expected 2 elements of 4 bytes for F32[2], found 4 bytes"),
        arguments(
            "too many bytes for the shape",
            file(tensor("F32", "[2]", "[0,9]"), 9),
            "tensor a: expected 2 elements of 4 bytes for F32[2], found 9 bytes"),
        arguments(
            "beyond the file",
            file("{" + A + "}", 1),
            "data: expected 2 bytes of tensors, found 1: the file is cut short"),
        arguments(
            "far beyond the file",
            file(tensor("U8", "[2]", "[0,9223372036854775807]"), 2),
            "data: expected 9223372036854775807 bytes of tensors, found 2: the file is cut short"),
        arguments(
            "trailing byte", file("{" + A + "}", 3), "data: expected 2 bytes of tensors, found 3"),
        arguments(
            "trailing byte without tensors",
            file("{}", 1),
            "data: expected 0 bytes of tensors, found 1"),
        arguments(
            "deep nesting",
            file("{\"a\":" + "[".repeat(1_000_000) + "}", 0),
            "tensor a: expected an object"),
        arguments(
            "deep nesting of objects", file("{\"a\":".repeat(200_000) + "}", 0), "unknown key a"),
        arguments(
            "deep nesting in an unknown place",
            file("{\"__metadata__\":{\"a\":" + "[".repeat(1_000_000) + "}", 0),
            "expected a string"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String name, byte[] file, String message) {
    ModelFormatException e =
        assertThrows(
            ModelFormatException.class, () -> Safetensors.read(MemorySegment.ofArray(file)));
    assertTrue(e.getMessage().contains(message), e::getMessage);
    assertTrue(e.getMessage().length() < 1000, "a short message");
  }

  @Test
  void refusesAFileCutAnywhere() throws IOException {
    byte[] whole = reference();
    for (int size = 0; size < whole.length; size++) {
      MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(whole, size));
      assertThrows(ModelFormatException.class, () -> Safetensors.read(cut), "cut at " + size);
    }
  }

  @Test
  void survivesEveryChangedByte() throws IOException {
    Mutations.ofEveryByte(
        reference(), bytes -> Safetensors.read(MemorySegment.ofArray(bytes)).tensors().size());
  }

  private byte[] reference() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("reference.safetensors")) {
      return in.readAllBytes();
    }
  }

  private static void write(Path path, float value) throws IOException {
    new Safetensors(Map.of("t", Tensor.of(Shape.of(1), new float[] {value})), Map.of()).write(path);
  }

  private List<Path> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return entry(
        "\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s".formatted(dtype, shape, offsets));
  }

  private static String entry(String members) {
    return "{\"a\":{" + members + "}}";
  }

  private static byte[] file(String header, int dataSize) {
    return file(header.getBytes(UTF_8), dataSize);
  }

  private static byte[] latin(String header, int dataSize) {
    return file(header.getBytes(ISO_8859_1), dataSize);
  }

  private static byte[] file(byte[] header, int dataSize) {
    return ByteBuffer.allocate(8 + header.length + dataSize)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  private static byte[] length(long length, char... rest) {
    byte[] file = file(new String(rest), 0);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    return file;
  }

  private static byte[] overTheCap() {
    byte[] header = new byte[100_000_001];
    Arrays.fill(header, (byte) ' ');
    header[0] = '{';
    header[1] = '}';
    return file(header, 0);
  }
}
