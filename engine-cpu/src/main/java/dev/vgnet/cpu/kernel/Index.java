package dev.vgnet.cpu.kernel;

import java.lang.classfile.CodeBuilder;
import java.util.List;
import java.util.stream.Stream;

/** An array index as code: a sum of int locals, each times a factor, and a constant. */
record Index(List<Term> terms, int constant) {
  /** One summand. */
  record Term(int local, int factor) {}

  static Index of(int local) {
    return of(local, 1);
  }

  static Index of(int local, int factor) {
    return new Index(List.of(new Term(local, factor)), 0);
  }

  Index plus(int summand) {
    return new Index(terms, constant + summand);
  }

  Index plus(int local, int factor) {
    return new Index(
        Stream.concat(terms.stream(), Stream.of(new Term(local, factor))).toList(), constant);
  }

  /** Pushes its value. */
  void push(CodeBuilder code) {
    for (int i = 0; i < terms.size(); i++) {
      Term term = terms.get(i);
      code.iload(term.local());
      if (term.factor() != 1) {
        code.loadConstant(term.factor()).imul();
      }
      if (i > 0) {
        code.iadd();
      }
    }
    if (constant != 0) {
      code.loadConstant(constant).iadd();
    }
  }
}
