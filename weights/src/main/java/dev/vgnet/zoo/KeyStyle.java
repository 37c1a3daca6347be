package dev.vgnet.zoo;

import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Preprocessing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a kind of checkpoint names the layers of a network, and what else sets the kind apart. A rule
 * turns a layer's name into the PyTorch module's; the first one that matches counts. In the layer's
 * name, {@code *} stands for any letters but dots and {@code **} for any at all. In the module's
 * name, {@code {1}} is what the first of them stood for, and {@code {stage}}, {@code {block}},
 * {@code {row}}, {@code {repeat}}, {@code {number}} and {@code {unit}} count as {@link Layers#row}
 * and {@link Layers#block} describe; {@code {3*unit+1}} and {@code {block-1}} calculate. Immutable.
 */
public final class KeyStyle {
  /** Something in which a family's checkpoints of one style differ; families have enums of them. */
  public interface Fact {}

  private static final double DEFAULT_EPSILON = 1e-5;
  private static final Pattern WILDCARD = Pattern.compile("\\*\\*?");
  private static final Pattern PLACE = Pattern.compile("\\{(?:(\\d+)\\*)?(\\w+?)([+-]\\d+)?}");

  private record Rule(Pattern layer, String module) {}

  private final String name;
  private final double epsilon;
  private final IntFunction<Preprocessing> preprocessing;
  private final Set<Fact> facts;
  private final List<Rule> rules;

  private KeyStyle(
      String name,
      double epsilon,
      IntFunction<Preprocessing> preprocessing,
      Set<Fact> facts,
      List<Rule> rules) {
    this.name = name;
    this.epsilon = epsilon;
    this.preprocessing = preprocessing;
    this.facts = facts;
    this.rules = rules;
  }

  /**
   * A style without rules.
   *
   * @param name for people: whose checkpoints they are
   */
  public static KeyStyle of(String name) {
    return new KeyStyle(name, DEFAULT_EPSILON, Preprocessing::imageNet, Set.of(), List.of());
  }

  /** This style and one more rule, after the others. */
  public KeyStyle rule(String layer, String module) {
    List<Rule> more = new ArrayList<>(rules);
    more.add(new Rule(pattern(layer), module));
    return new KeyStyle(name, epsilon, preprocessing, facts, List.copyOf(more));
  }

  /** This style with another epsilon than 1e-5 in batch norms. */
  public KeyStyle epsilon(double value) {
    return new KeyStyle(name, value, preprocessing, facts, rules);
  }

  /**
   * This style with another default than {@link Preprocessing#imageNet}.
   *
   * @param ofSize how the published networks see pictures, given the side of the image in pixels
   */
  public KeyStyle preprocessing(IntFunction<Preprocessing> ofSize) {
    return new KeyStyle(name, epsilon, ofSize, facts, rules);
  }

  /** This style and something else that sets it apart. */
  public KeyStyle with(Fact fact) {
    Set<Fact> more = new HashSet<>(facts);
    more.add(fact);
    return new KeyStyle(name, epsilon, preprocessing, Set.copyOf(more), rules);
  }

  /** True if {@link #with} said so. */
  public boolean has(Fact fact) {
    return facts.contains(fact);
  }

  /** The style's name, for people. */
  public String name() {
    return name;
  }

  double epsilon() {
    return epsilon;
  }

  /** As for ImageNet, but resized by bicubic interpolation. */
  public static Preprocessing bicubic(int size) {
    Preprocessing base = Preprocessing.imageNet(size);
    return new Preprocessing(base.resize(), size, Interpolation.BICUBIC, base.mean(), base.std());
  }

  IntFunction<Preprocessing> preprocessing() {
    return preprocessing;
  }

  /** The name of a layer's module. */
  String module(String layer, Position position) {
    for (Rule rule : rules) {
      Matcher matcher = rule.layer().matcher(layer);
      if (matcher.matches()) {
        return PLACE
            .matcher(rule.module())
            .replaceAll(place -> Matcher.quoteReplacement(value(place, matcher, position)));
      }
    }
    throw new IllegalStateException("no rule of " + name + " names " + layer);
  }

  private static String value(
      java.util.regex.MatchResult place, Matcher wildcards, Position position) {
    String what = place.group(2);
    if (Character.isDigit(what.charAt(0))) {
      return wildcards.group(Integer.parseInt(what));
    }
    int factor = place.group(1) == null ? 1 : Integer.parseInt(place.group(1));
    int offset = place.group(3) == null ? 0 : Integer.parseInt(place.group(3));
    return Integer.toString(factor * position.get(what) + offset);
  }

  private static Pattern pattern(String layer) {
    StringBuilder regex = new StringBuilder();
    Matcher wildcard = WILDCARD.matcher(layer);
    int from = 0;
    while (wildcard.find()) {
      regex.append(Pattern.quote(layer.substring(from, wildcard.start())));
      regex.append(wildcard.group().length() == 1 ? "([^.]*)" : "(.*)");
      from = wildcard.end();
    }
    return Pattern.compile(regex.append(Pattern.quote(layer.substring(from))).toString());
  }
}
