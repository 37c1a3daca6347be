package dev.vgnet.zoo;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Blueprint separable convolutions: a transformation of any network (BSConv paper, sections 3.2 and
 * 3.3). Every 3x3 or 5x5 convolution that mixes all channels becomes a pointwise one (U), or two
 * with few channels between them (S), and then a depthwise one that keeps kernel, stride, padding
 * and bias. No activation comes between them.
 *
 * @param norms true if a batch norm follows each pointwise convolution
 * @param ratio of the channels between the two pointwise convolutions of S to those before them, if
 *     there is one for the whole network
 */
public record BsConv(Kind kind, boolean norms, Optional<Ratio> ratio) {
  /** How a convolution is separated. */
  public enum Kind {
    NONE,
    UNCONSTRAINED,
    SUBSPACE
  }

  /** A ratio such as 1/4. */
  public record Ratio(int numerator, int denominator) {
    public Ratio {
      if (numerator < 1 || denominator < numerator) {
        throw new IllegalArgumentException("no ratio %d/%d".formatted(numerator, denominator));
      }
    }

    private String suffix() {
      return "_p" + numerator + (denominator == 1 ? "" : "d" + denominator);
    }
  }

  private static final int LARGEST_DENOMINATOR = 16;
  private static final int SMALLEST_SUBSPACE = 4;
  private static final Pattern SUFFIX =
      Pattern.compile("_bsconv(?:(u)(_bn)?|s_p(\\d{1,3})(?:d(\\d{1,3}))?(_nobn)?)");

  /** Convolutions as they are. */
  public static final BsConv NONE = new BsConv(Kind.NONE, false, Optional.empty());

  /** BSConv-U as its authors use it: without batch norms. */
  public static final BsConv U = new BsConv(Kind.UNCONSTRAINED, false, Optional.empty());

  /** BSConv-S as its authors use it: with batch norms. */
  public static BsConv s(int numerator, int denominator) {
    return new BsConv(Kind.SUBSPACE, true, Optional.of(new Ratio(numerator, denominator)));
  }

  /** Channels that go into a separated convolution of kind S, and those between its two parts. */
  record Subspace(int in, int between) {}

  /** The separation that a name ends with, or none. */
  static BsConv ofName(String name) {
    int start = name.indexOf("_bsconv");
    Matcher matcher = SUFFIX.matcher(start < 0 ? "" : name.substring(start));
    if (!matcher.matches()) {
      return NONE;
    }
    if (matcher.group(1) != null) {
      return new BsConv(Kind.UNCONSTRAINED, matcher.group(2) != null, Optional.empty());
    }
    int numerator = Integer.parseInt(matcher.group(3));
    int denominator = matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4));
    return numerator < 1 || denominator < numerator
        ? NONE
        : new BsConv(
            Kind.SUBSPACE,
            matcher.group(5) == null,
            Optional.of(new Ratio(numerator, denominator)));
  }

  /** The separation that keys tell, but for the ratio; {@link #NONE} if there is none. */
  static BsConv ofKeys(Keys keys) {
    if (keys.anyEndsWith(".pw1.weight")) {
      boolean norms = keys.anySiblings(".pw1.weight", ".bn1.weight");
      return new BsConv(Kind.SUBSPACE, norms, Optional.empty());
    }
    if (keys.anyEndsWith(".pw.weight")) {
      boolean norms = keys.anySiblings(".pw.weight", ".bn.weight");
      return new BsConv(Kind.UNCONSTRAINED, norms, Optional.empty());
    }
    return NONE;
  }

  /** The same with the simplest ratio that gives these channels, if there is one. */
  BsConv withRatioOf(List<Subspace> subspaces) {
    for (int denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator++) {
      for (int numerator = 1; numerator <= denominator; numerator++) {
        BsConv candidate = new BsConv(kind, norms, Optional.of(new Ratio(numerator, denominator)));
        if (candidate.gives(subspaces)) {
          return candidate;
        }
      }
    }
    return this;
  }

  /** True if its ratio is one that gives these channels. */
  boolean gives(List<Subspace> subspaces) {
    return ratio.isPresent() && subspaces.stream().allMatch(s -> between(s.in()) == s.between());
  }

  /** True if a convolution of this kernel is one of those that are separated. */
  boolean separates(Conv conv) {
    return kind != Kind.NONE && conv.dense() && (conv.kernel() == 3 || conv.kernel() == 5);
  }

  /** The channels between the pointwise convolutions of S, given those before them. */
  int between(int in) {
    long scaled =
        ratio.map(r -> Math.ceilDiv((long) in * r.numerator(), (long) r.denominator())).orElse(0L);
    return (int) Math.min(in, Math.max(SMALLEST_SUBSPACE, scaled));
  }

  /** What it adds to a network's name, such as {@code _bsconvs_p1d4}; empty for none. */
  public String suffix() {
    return switch (kind) {
      case NONE -> "";
      case UNCONSTRAINED -> "_bsconvu" + (norms ? "_bn" : "");
      case SUBSPACE -> "_bsconvs" + ratio.map(Ratio::suffix).orElse("") + (norms ? "" : "_nobn");
    };
  }

  /** For people, or empty for none. */
  Optional<String> describe() {
    String norms = this.norms ? " with batch norms" : " without batch norms";
    return switch (kind) {
      case NONE -> Optional.empty();
      case UNCONSTRAINED -> Optional.of("separable convolutions: BSConv-U" + norms);
      case SUBSPACE -> Optional.of("separable convolutions: BSConv-S" + norms);
    };
  }
}
