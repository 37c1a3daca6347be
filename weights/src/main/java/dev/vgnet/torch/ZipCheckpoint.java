package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.error.Printable;
import dev.vgnet.torch.Value.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The container that {@code torch.save} writes since PyTorch 1.6: a zip archive of {@code data.pkl}
 * and one entry a storage, all in a folder of any name.
 */
final class ZipCheckpoint implements StorageSource {
  private static final String PICKLE = "/data.pkl";

  private final ZipArchive archive;
  private final String folder;

  private ZipCheckpoint(ZipArchive archive, String folder) {
    this.archive = archive;
    this.folder = folder;
  }

  static StateDict read(MemorySegment file) {
    ZipArchive archive = new ZipArchive(file);
    ZipCheckpoint checkpoint = new ZipCheckpoint(archive, folder(archive));
    checkpoint.requireLittleEndian();
    Pickle pickle =
        Unpickler.read(new PickleInput(archive.read(checkpoint.folder + PICKLE), "data.pkl, ", 0));
    return StateDictReader.read(
        "PyTorch zip archive", pickle, new TensorLoader(checkpoint, file.byteSize()));
  }

  private static String folder(ZipArchive archive) {
    List<String> pickles =
        archive.names().stream().filter(name -> name.endsWith(PICKLE)).limit(2).toList();
    if (pickles.size() != 1) {
      throw new ModelFormatException(
          "zip archive",
          pickles.isEmpty()
              ? "has no data.pkl, so torch.save did not write it"
              : "has two checkpoints, %s and %s"
                  .formatted(
                      Printable.quoted(pickles.getFirst()), Printable.quoted(pickles.getLast())));
    }
    String pickle = pickles.getFirst();
    String folder = pickle.substring(0, pickle.length() - PICKLE.length());
    if (archive.names().stream()
        .anyMatch(
            name -> name.equals(folder + "/constants.pkl") || name.startsWith(folder + "/code/"))) {
      throw new ModelFormatException(
          "zip archive",
          "is TorchScript, a program and not a state dict; in Python, save "
              + "torch.jit.load(file).state_dict() with torch.save");
    }
    return folder;
  }

  private void requireLittleEndian() {
    String name = folder + "/byteorder";
    if (!archive.names().contains(name)) {
      return;
    }
    String order =
        new String(archive.read(name).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    if (!order.equals("little")) {
      throw new ModelFormatException(
          "zip entry " + Printable.quoted(name),
          "expected \"little\", found %s; load and save the checkpoint on a little-endian machine"
              .formatted(Printable.quoted(order)));
    }
  }

  @Override
  public MemorySegment read(Storage storage) {
    String name = folder + "/data/" + storage.key();
    MemorySegment bytes = archive.read(name);
    int byteSize = storage.type().byteSize();
    if (bytes.byteSize() % byteSize != 0 || bytes.byteSize() / byteSize != storage.count()) {
      throw new ModelFormatException(
          "zip entry " + Printable.quoted(name),
          "expected a storage of %d %s, found %d bytes"
              .formatted(storage.count(), storage.type(), bytes.byteSize()));
    }
    return bytes;
  }
}
