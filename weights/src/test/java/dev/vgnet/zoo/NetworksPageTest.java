package dev.vgnet.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworksPageTest {
  @Test
  void countsAreCurrent() throws IOException {
    List<String> rows =
        Files.readAllLines(NetworksPage.PATH).stream()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| Network"))
            .toList();
    List<String> expected = NetworksPage.rows();
    assertEquals(expected.size(), rows.size());
    for (int i = 0; i < rows.size(); i++) {
      assertTrue(rows.get(i).startsWith(expected.get(i)), expected.get(i));
    }
  }
}
