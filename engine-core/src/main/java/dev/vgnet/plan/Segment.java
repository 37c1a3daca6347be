package dev.vgnet.plan;

/** Consecutive channels of a buffer. */
public record Segment(Buffer buffer, int firstChannel, int channels) {
  public Segment {
    if (firstChannel < 0 || channels < 1 || firstChannel + channels > buffer.channels()) {
      throw new IllegalArgumentException(
          "no channels %d+%d in %s".formatted(firstChannel, channels, buffer));
    }
  }
}
