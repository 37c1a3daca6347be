package dev.vgnet.torch;

import dev.vgnet.torch.Value.Storage;
import java.util.Map;
import java.util.Set;

/**
 * What one pickle says.
 *
 * @param root the object
 * @param storages the storages it refers to, by key
 * @param placeholders the types of the objects that were read as {@link Value.Opaque} only
 * @param end the offset behind the last byte
 */
record Pickle(Value root, Map<String, Storage> storages, Set<String> placeholders, long end) {}
