package dev.vgnet.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Optional;

/** What a program prints to; keeps the first failure, which {@link java.io.PrintStream} hides. */
final class StandardOutput extends OutputStream {
  private final OutputStream out;
  private volatile IOException failure;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      if (failure == null) {
        failure = e;
      }
      throw e;
    }
  }

  /** Why something could not be written, if so. */
  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Whether nobody reads any more, as after {@code | head}. */
  boolean isBrokenPipe() {
    return failure != null && failure.getMessage().equals(wordsForBrokenPipe());
  }

  /** The system's own, in the user's language. */
  private static String wordsForBrokenPipe() {
    try {
      Pipe pipe = Pipe.open();
      try (Pipe.SinkChannel sink = pipe.sink()) {
        pipe.source().close();
        sink.write(ByteBuffer.allocate(1));
      }
      return "";
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
