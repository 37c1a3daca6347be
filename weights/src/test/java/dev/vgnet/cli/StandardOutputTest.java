package dev.vgnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import org.junit.jupiter.api.Test;

/** How a program ends that has printed to something. */
class StandardOutputTest {
  private final StringWriter err = new StringWriter();

  private int exitCode(int soFar, OutputStream out) {
    StandardOutput output = new StandardOutput(out);
    new PrintStream(output, true).println("a line");
    return Main.exitCode(soFar, output, new PrintWriter(err));
  }

  @Test
  void saysNothingOfWhatWasWritten() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertEquals(0, exitCode(0, out));
    assertEquals("a line" + System.lineSeparator(), out.toString());
    assertEquals(Main.FAILED, exitCode(Main.FAILED, out));
    assertEquals("", err.toString());
  }

  @Test
  void endsInSilenceWhereNobodyReadsAnyMore() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.source().close();
    try (OutputStream out = Channels.newOutputStream(pipe.sink())) {
      assertEquals(Main.BROKEN_PIPE, exitCode(0, out));
      assertEquals(Main.FAILED, exitCode(Main.FAILED, out));
    }
    assertEquals("", err.toString());
  }

  @Test
  void saysWhyItCouldNotPrint() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertEquals(Main.FAILED, exitCode(0, full));
    assertEquals(
        "vgnet: standard output could not be written: No space left on device",
        err.toString().strip());
  }
}
