package dev.vgnet.model;

import static dev.vgnet.tensor.DataType.BFLOAT16;
import static dev.vgnet.tensor.DataType.BOOL;
import static dev.vgnet.tensor.DataType.FLOAT16;
import static dev.vgnet.tensor.DataType.FLOAT32;
import static dev.vgnet.tensor.DataType.FLOAT64;
import static dev.vgnet.tensor.DataType.INT16;
import static dev.vgnet.tensor.DataType.INT32;
import static dev.vgnet.tensor.DataType.INT64;
import static dev.vgnet.tensor.DataType.INT8;
import static dev.vgnet.tensor.DataType.UINT8;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vgnet.tensor.DataType;
import dev.vgnet.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays a safetensors file out and writes it. */
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  /** That of the format's own library, which so writes the same bytes. */
  private static final List<DataType> ORDER =
      List.of(INT64, FLOAT64, FLOAT32, INT32, BFLOAT16, FLOAT16, INT16, INT8, UINT8, BOOL);

  private static final int CHUNK_SIZE = 1 << 20;

  private SafetensorsWriter() {}

  static void write(Safetensors content, Path path) throws IOException {
    List<Map.Entry<String, Tensor>> tensors = ordered(content.tensors());
    byte[] header = header(content.metadata(), tensors);
    AtomicFile.write(
        path,
        channel -> {
          writeFully(
              channel,
              ByteBuffer.allocate(Long.BYTES)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putLong(header.length)
                  .flip());
          writeFully(channel, ByteBuffer.wrap(header));
          ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_SIZE);
          for (Map.Entry<String, Tensor> tensor : tensors) {
            copy(tensor.getValue().bytes(), chunk, channel);
          }
        });
  }

  /** By width, so that each tensor begins at a multiple of its element's size, then by name. */
  private static List<Map.Entry<String, Tensor>> ordered(Map<String, Tensor> tensors) {
    return tensors.entrySet().stream()
        .sorted(
            Comparator.comparingInt(
                    (Map.Entry<String, Tensor> tensor) ->
                        ORDER.indexOf(tensor.getValue().dataType()))
                .thenComparing(Map.Entry::getKey))
        .toList();
  }

  private static byte[] header(
      Map<String, String> metadata, List<Map.Entry<String, Tensor>> tensors) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(Safetensors.METADATA_KEY, metadata);
    }
    long position = 0;
    for (Map.Entry<String, Tensor> named : tensors) {
      Tensor tensor = named.getValue();
      long end = position + tensor.bytes().byteSize();
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", tensor.dataType().code());
      entry.put("shape", tensor.shape().toArray());
      entry.put("data_offsets", new long[] {position, end});
      header.put(named.getKey(), entry);
      position = end;
    }
    return padded(Json.write(header).getBytes(UTF_8));
  }

  private static byte[] padded(byte[] json) {
    int size = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > Safetensors.MAX_HEADER_SIZE) {
      throw new IllegalArgumentException(
          "a header of %d bytes, at most %d are allowed"
              .formatted(size, Safetensors.MAX_HEADER_SIZE));
    }
    byte[] padded = Arrays.copyOf(json, size);
    Arrays.fill(padded, json.length, size, (byte) ' ');
    return padded;
  }

  private static void copy(MemorySegment bytes, ByteBuffer chunk, FileChannel channel)
      throws IOException {
    long position = 0;
    while (position < bytes.byteSize()) {
      int size = (int) Math.min(bytes.byteSize() - position, CHUNK_SIZE);
      MemorySegment.copy(bytes, position, MemorySegment.ofBuffer(chunk.clear()), 0, size);
      writeFully(channel, chunk.limit(size));
      position += size;
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
