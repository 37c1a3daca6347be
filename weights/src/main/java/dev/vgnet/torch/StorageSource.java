package dev.vgnet.torch;

import dev.vgnet.torch.Value.Storage;
import java.lang.foreign.MemorySegment;

/** Where a container keeps the numbers. */
@FunctionalInterface
interface StorageSource {
  /**
   * The bytes of a storage, little-endian: exactly as many as it claims.
   *
   * @throws dev.vgnet.error.ModelFormatException if the file has others, or none
   */
  MemorySegment read(Storage storage);
}
