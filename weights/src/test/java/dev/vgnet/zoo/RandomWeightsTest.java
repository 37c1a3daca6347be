package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vgnet.error.UnsupportedModelException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RandomWeightsTest {
  @Test
  void everyArchitectureIsRecognisedFromItsOwnRandomWeights() {
    for (ArchitectureInfo info : Zoo.architectures()) {
      ImportOptions options =
          new ImportOptions(
              Optional.of(info.name()),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              List.of());
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
