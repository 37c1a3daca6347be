package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.UnsupportedModelException;
import org.junit.jupiter.api.Test;

class RandomWeightsTest {
  @Test
  void everyArchitectureIsRecognisedFromItsOwnRandomWeights() {
    for (ArchitectureInfo info : Zoo.architectures()) {
      ImportOptions options = ImportOptions.of(info.name());
      ImportedModel imported =
          Zoo.importStateDict(Zoo.randomStateDict(info.name(), 1), "random", "", options);
      assertEquals(info.name(), imported.architecture());
    }
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThrows(UnsupportedModelException.class, () -> Zoo.randomStateDict("vgnetz", 1));
  }
}
