package dev.vgnet.zoo;

import dev.vgnet.model.ModelFile;
import java.util.List;

/**
 * A checkpoint as a model.
 *
 * @param architecture the network's name in the zoo
 * @param findings what was recognised and what was assumed, one sentence each, for people
 */
public record ImportedModel(ModelFile file, String architecture, List<String> findings) {
  public ImportedModel {
    findings = List.copyOf(findings);
  }
}
