package dev.vgnet.torch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The stack of a running pickle. A mark hides what lies below it. */
final class PickleStack {
  private final PickleInput in;
  private final List<Value> values = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private int bottom;

  /**
   * @param in where to report an empty stack
   */
  PickleStack(PickleInput in) {
    this.in = in;
  }

  int size() {
    return values.size();
  }

  void push(Value value) {
    values.add(value);
  }

  Value top() {
    requireValue();
    return values.getLast();
  }

  Value pop() {
    requireValue();
    return values.removeLast();
  }

  /** Takes the top values, deepest first. */
  List<Value> pop(int count) {
    if (values.size() - bottom < count) {
      throw in.error("needs %d values on the stack".formatted(count));
    }
    return takeFrom(values.size() - count);
  }

  void mark() {
    marks.push(bottom);
    bottom = values.size();
  }

  /** Takes the values above the last mark, deepest first, and the mark. */
  List<Value> popMark() {
    if (marks.isEmpty()) {
      throw in.error("needs a mark on the stack");
    }
    List<Value> taken = takeFrom(bottom);
    bottom = marks.pop();
    return taken;
  }

  private List<Value> takeFrom(int start) {
    List<Value> tail = values.subList(start, values.size());
    List<Value> taken = List.copyOf(tail);
    tail.clear();
    return taken;
  }

  private void requireValue() {
    if (values.size() == bottom) {
      throw in.error("needs a value on the stack");
    }
  }
}
