package dev.vgnet.runtime;

import java.util.List;

/**
 * Whether a backend can be used.
 *
 * @param detail if available, what it found (such as the vector width); if not, the reason and the
 *     remedy
 * @param findings one line for each thing looked for: what was found, where, and what was wanted
 */
public record Availability(boolean available, String detail, List<String> findings) {
  public Availability {
    findings = List.copyOf(findings);
  }

  /**
   * Without findings.
   *
   * @param detail as above
   */
  public Availability(boolean available, String detail) {
    this(available, detail, List.of());
  }
}
