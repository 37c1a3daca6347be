package dev.vgnet.torch;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.model.MappedFile;
import dev.vgnet.model.ModelFiles;
import dev.vgnet.model.Safetensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads the weights of checkpoints: what {@code torch.save} wrote, as a zip archive or in the older
 * legacy format, and safetensors files. All methods may be called from any thread.
 *
 * <p>Nothing in a file is executed. What a pickle may name is a fixed list; everything else is
 * refused by name.
 */
public final class Checkpoints {
  private Checkpoints() {}

  /**
   * Reads a checkpoint, whatever the file is called. Tensors that lie densely in the file are views
   * of it, mapped into memory, so it must not be changed while they are in use; the others are
   * copies of at most four times the file's size and 16 MiB together.
   *
   * <p>Of a training checkpoint, the state dict is the first of its entries {@code state_dict},
   * {@code model_state_dict}, {@code model}, {@code net}, {@code state_dict_ema}, {@code
   * model_ema}, {@code ema_state_dict}, {@code ema}, {@code module} that holds tensors, or that has
   * such an entry itself, at most four deep. An average (a name with {@code ema}) does not count
   * beside at least half as many tensors: these are the state dict. Prefixes {@code module.} and
   * {@code _orig_mod.} are removed where all names carry them, the scalar {@code n_averaged} of
   * averaged weights excepted, which is left out.
   *
   * @return the tensors and what was done to find them
   * @throws ModelFormatException if the file is no checkpoint or a weight file already, is broken,
   *     names anything in Python that a state dict has no use for, or has tensors that the engine
   *     does not read (complex, quantised, sparse, ...)
   * @throws IOException if the file cannot be read
   */
  public static StateDict read(Path path) throws IOException {
    MemorySegment file = MappedFile.map(path);
    try {
      return read(file);
    } catch (ModelFormatException e) {
      throw e.inFile(path);
    }
  }

  static StateDict read(MemorySegment file) {
    return switch (FileKind.of(file)) {
      case ZIP -> ZipCheckpoint.read(file);
      case LEGACY -> LegacyCheckpoint.read(file);
      case SAFETENSORS -> readSafetensors(file);
    };
  }

  private static StateDict readSafetensors(MemorySegment file) {
    Safetensors content = Safetensors.read(file);
    if (ModelFiles.isWeightFile(content)) {
      throw new ModelFormatException(
          "safetensors file", "is a weight file already; import the checkpoint it was made of");
    }
    if (content.tensors().isEmpty()) {
      throw new ModelFormatException("safetensors file", "has no tensors");
    }
    return StateDictReader.withoutPrefixes(
        new StateDict(
            content.tensors(),
            Optional.ofNullable(content.metadata().get(StateDictReader.ARCHITECTURE)),
            List.of("read from a safetensors file")));
  }
}
