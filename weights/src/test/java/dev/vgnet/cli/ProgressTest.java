package dev.vgnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** By itself, as what it sets holds for the process. */
@Isolated
class ProgressTest {
  private static String said(String terminal) {
    System.setProperty("vgnet.terminal", terminal);
    StringWriter err = new StringWriter();
    Progress.say(new PrintWriter(err), "a line");
    return err.toString().strip();
  }

  @AfterEach
  void forget() {
    System.clearProperty("vgnet.terminal");
  }

  @Test
  void clearsABarOnATerminalOnly() {
    assertEquals("\u001b[2Ka line", said("true"));
    assertEquals("a line", said("false"));
  }
}
