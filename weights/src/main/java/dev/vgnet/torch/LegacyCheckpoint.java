package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.torch.Value.Bool;
import dev.vgnet.torch.Value.Int;
import dev.vgnet.torch.Value.Mapping;
import dev.vgnet.torch.Value.Sequence;
import dev.vgnet.torch.Value.Storage;
import dev.vgnet.torch.Value.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The container that {@code torch.save} wrote before PyTorch 1.6, and still writes when asked to:
 * five pickles (a magic number, a version, facts about the machine, the object, the keys of its
 * storages), then each storage in the order of the keys, as a count and its elements.
 */
final class LegacyCheckpoint implements StorageSource {
  private static final long PROTOCOL = 1001;

  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment file;
  private final Map<String, MemorySegment> contents = new HashMap<>();
  private long position;

  private LegacyCheckpoint(MemorySegment file) {
    this.file = file;
  }

  static StateDict read(MemorySegment file) {
    LegacyCheckpoint checkpoint = new LegacyCheckpoint(file);
    checkpoint.readHeader();
    Pickle object = checkpoint.next();
    checkpoint.readStorages(object.storages());
    return StateDictReader.read(
        "PyTorch legacy file", object, new TensorLoader(checkpoint, file.byteSize()));
  }

  private Pickle next() {
    Pickle pickle = Unpickler.read(new PickleInput(file, "", position));
    position = pickle.end();
    return pickle;
  }

  /** The first pickle is the magic number, by which the file was recognised. */
  private void readHeader() {
    next();
    long start = position;
    if (!(next().root() instanceof Int(long version)) || version != PROTOCOL) {
      throw error(start, "expected version %d of the legacy format".formatted(PROTOCOL));
    }
    start = position;
    if (!(next().root() instanceof Mapping machine)
        || !(machine.entries().get("little_endian") instanceof Bool(boolean littleEndian))) {
      throw error(start, "expected a dict that tells the byte order");
    }
    if (!littleEndian) {
      throw error(
          start,
          "the numbers are big-endian; load and save the checkpoint on a little-endian machine");
    }
  }

  private void readStorages(Map<String, Storage> storages) {
    long start = position;
    if (!(next().root() instanceof Sequence keys)) {
      throw error(start, "expected a list of storage keys");
    }
    for (Value item : keys.items()) {
      if (!(item instanceof Text(String key)) || !storages.containsKey(key)) {
        throw error(start, "expected the key of a storage that a tensor uses");
      }
      if (contents.put(key, next(storages.get(key))) != null) {
        throw error(start, "storage %s is listed twice".formatted(Printable.quoted(key)));
      }
    }
    if (position != file.byteSize()) {
      throw error(
          position,
          "expected the end of the file, found %d more bytes"
              .formatted(file.byteSize() - position));
    }
  }

  private MemorySegment next(Storage storage) {
    long available = file.byteSize() - position - Long.BYTES;
    long count = available < 0 ? -1 : file.get(I64, position);
    int byteSize = storage.type().byteSize();
    if (count != storage.count() || count > available / byteSize) {
      throw error(
          position,
          "expected storage %s of %d %s, found %d elements in the %d bytes that are left"
              .formatted(
                  Printable.quoted(storage.key()),
                  storage.count(),
                  storage.type(),
                  count,
                  Math.max(0, available)));
    }
    MemorySegment content = file.asSlice(position + Long.BYTES, count * byteSize);
    position += Long.BYTES + content.byteSize();
    return content;
  }

  @Override
  public MemorySegment read(Storage storage) {
    MemorySegment content = contents.get(storage.key());
    if (content == null) {
      throw new ModelFormatException("storage " + Printable.quoted(storage.key()), "is missing");
    }
    return content;
  }

  private static ModelFormatException error(long at, String problem) {
    return new ModelFormatException("offset " + at, problem);
  }
}
