package dev.vgnet.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Function;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each rule by itself, with the graph before and after. */
class RuleTest {
  private final Network net = new Network(8);

  private void assertRewrite(Rule rule, String output, String before, String after) {
    assertRewrite(List.of(rule), List.of(output), before, after);
  }

  private void assertRewrite(List<Rule> rules, List<String> outputs, String before, String after) {
    String[] names = outputs.toArray(String[]::new);
    assertEquals(before.strip(), net.rewritten(List.of(), names));
    assertEquals(after.strip(), net.rewritten(rules, names));
  }

  @Test
  void deadNodesAreDropped() {
    net.pointwise("a", "x", 8, 8);
    net.pointwise("dead", "x", 8, 8);
    net.relu("deader", "dead");
    net.relu("b", "a");

    assertEquals("a = Conv2d(x)\nb = Activation(a)", net.rewritten(List.of(), "b"));
  }

  @Nested
  class Norm {
    @Test
    void joinsTheConvolution() {
      net.pointwise("conv", "x", 8, 8);
      net.norm("norm", "conv", 8);

      assertRewrite(
          Rule.NORM,
          "norm",
          """
          conv = Conv2d(x)
          norm = BatchNorm(conv)
          """,
          "norm = Conv2d(x), norm");
    }

    @Test
    void staysWhereTheConvolutionIsReadTwice() {
      net.pointwise("conv", "x", 8, 8);
      net.norm("norm", "conv", 8);
      net.sum("sum", "norm", "conv");
      String graph =
          """
          conv = Conv2d(x)
          norm = BatchNorm(conv)
          sum = Add(norm, conv)
          """;

      assertRewrite(Rule.NORM, "sum", graph, graph);
    }

    @Test
    void staysWhereTheConvolutionIsAnOutput() {
      net.pointwise("conv", "x", 8, 8);
      net.norm("norm", "conv", 8);
      String graph =
          """
          conv = Conv2d(x)
          norm = BatchNorm(conv)
          """;

      assertRewrite(List.of(Rule.NORM), List.of("norm", "conv"), graph, graph);
    }

    @Test
    void staysWhereTheEpilogueIsFull() {
      net.pointwise("conv", "x", 8, 8);
      net.norm("norm1", "conv", 8);
      net.norm("norm2", "norm1", 8);
      net.norm("norm3", "norm2", 8);

      assertRewrite(
          Rule.NORM,
          "norm3",
          """
          conv = Conv2d(x)
          norm1 = BatchNorm(conv)
          norm2 = BatchNorm(norm1)
          norm3 = BatchNorm(norm2)
          """,
          """
          norm2 = Conv2d(x), norm, norm
          norm3 = BatchNorm(norm2)
          """);
    }
  }

  @Nested
  class Activation {
    @Test
    void joinsTheConvolution() {
      net.depthwise("conv", "x", 8, 1);
      net.relu("relu", "conv");

      assertRewrite(
          Rule.ACTIVATION,
          "relu",
          """
          conv = DepthwiseConv2d(x)
          relu = Activation(conv)
          """,
          "relu = DepthwiseConv2d(x), relu");
    }

    @Test
    void joinsTwiceButNotThrice() {
      net.pointwise("conv", "x", 8, 8);
      net.relu("a", "conv");
      net.activation("b", Function.SILU, "a");
      net.relu("c", "b");

      assertRewrite(
          Rule.ACTIVATION,
          "c",
          """
          conv = Conv2d(x)
          a = Activation(conv)
          b = Activation(a)
          c = Activation(b)
          """,
          """
          b = Conv2d(x), relu, silu
          c = Activation(b)
          """);
    }

    @Test
    void staysWhereItIsReadBesideTheConvolution() {
      net.pointwise("conv", "x", 8, 8);
      net.relu("relu", "conv");
      net.activation("silu", Function.SILU, "conv");
      net.sum("sum", "relu", "silu");
      String graph =
          """
          conv = Conv2d(x)
          relu = Activation(conv)
          silu = Activation(conv)
          sum = Add(relu, silu)
          """;

      assertRewrite(Rule.ACTIVATION, "sum", graph, graph);
    }

    @Test
    void doesNotJoinPoolingNorProducts() {
      net.product("product", "x", "x");
      net.relu("relu1", "product");
      net.add("pool", new Operator.MaxPool(3, 2, 1), "relu1");
      net.relu("relu2", "pool");
      String graph =
          """
          product = Multiply(x, x)
          relu1 = Activation(product)
          pool = MaxPool(relu1)
          relu2 = Activation(pool)
          """;

      assertRewrite(Rule.ACTIVATION, "relu2", graph, graph);
    }
  }

  @Nested
  class Residual {
    @Test
    void joinsTheTermThatIsComputedLast() {
      net.pointwise("a", "x", 8, 8);
      net.pointwise("b", "x", 8, 8);
      net.sum("sum", "b", "a");

      assertRewrite(
          Rule.RESIDUAL,
          "sum",
          """
          a = Conv2d(x)
          b = Conv2d(x)
          sum = Add(b, a)
          """,
          """
          a = Conv2d(x)
          sum = Conv2d(x), +a
          """);
    }

    @Test
    void joinsTheEarlierTermWhereTheLaterCannotTakeIt() {
      net.pointwise("a", "x", 8, 8);
      net.add("pool", new Operator.MaxPool(3, 1, 1), "x");
      net.sum("sum", "a", "pool");

      assertRewrite(
          Rule.RESIDUAL,
          "sum",
          """
          a = Conv2d(x)
          pool = MaxPool(x)
          sum = Add(a, pool)
          """,
          """
          pool = MaxPool(x)
          sum = Conv2d(x), +pool
          """);
    }

    @Test
    void ofAValueAndItselfStays() {
      net.pointwise("a", "x", 8, 8);
      net.sum("sum", "a", "a");
      String graph =
          """
          a = Conv2d(x)
          sum = Add(a, a)
          """;

      assertRewrite(Rule.RESIDUAL, "sum", graph, graph);
    }

    @Test
    void joinsOnlyOnce() {
      net.pointwise("a", "x", 8, 8);
      net.sum("sum1", "a", "x");
      net.sum("sum2", "sum1", "x");

      assertRewrite(
          Rule.RESIDUAL,
          "sum2",
          """
          a = Conv2d(x)
          sum1 = Add(a, x)
          sum2 = Add(sum1, x)
          """,
          """
          sum1 = Conv2d(x), +x
          sum2 = Add(sum1, x)
          """);
    }
  }

  @Nested
  class Elementwise {
    @Test
    void startsAnEpilogueForOthersToJoin() {
      net.sum("sum", "x", "x");
      net.relu("relu", "sum");
      net.norm("norm", "relu", 8);
      net.relu("out", "norm");

      assertRewrite(
          Rule.ALL,
          List.of("out"),
          """
          sum = Add(x, x)
          relu = Activation(sum)
          norm = BatchNorm(relu)
          out = Activation(norm)
          """,
          """
          relu = Elementwise(x), +x, relu
          out = Elementwise(relu), norm, relu
          """);
    }
  }

  @Nested
  class Prologue {
    @Test
    void takesANormAndAnActivation() {
      net.norm("norm", "x", 8);
      net.relu("relu", "norm");
      net.pointwise("conv", "relu", 8, 8);

      assertRewrite(
          List.of(Rule.NORM, Rule.ACTIVATION, Rule.ELEMENTWISE, Rule.PROLOGUE),
          List.of("conv"),
          """
          norm = BatchNorm(x)
          relu = Activation(norm)
          conv = Conv2d(relu)
          """,
          "conv = Conv2d(relu(norm(x)))");
    }

    @Test
    void leavesANormAfterAnActivation() {
      net.relu("relu", "x");
      net.norm("norm", "relu", 8);
      net.pointwise("conv", "norm", 8, 8);

      assertRewrite(
          List.of(Rule.NORM, Rule.ACTIVATION, Rule.ELEMENTWISE, Rule.PROLOGUE),
          List.of("conv"),
          """
          relu = Activation(x)
          norm = BatchNorm(relu)
          conv = Conv2d(norm)
          """,
          """
          norm = Elementwise(x), relu, norm
          conv = Conv2d(norm)
          """);
    }

    @Test
    void leavesASum() {
      net.sum("sum", "x", "x");
      net.pointwise("conv", "sum", 8, 8);

      assertRewrite(
          List.of(Rule.ELEMENTWISE, Rule.PROLOGUE),
          List.of("conv"),
          """
          sum = Add(x, x)
          conv = Conv2d(sum)
          """,
          """
          sum = Elementwise(x), +x
          conv = Conv2d(sum)
          """);
    }

    @Test
    void leavesAValueThatIsReadTwice() {
      net.relu("relu", "x");
      net.pointwise("conv", "relu", 8, 8);
      net.concat("both", "conv", "relu");
      String after =
          """
          relu = Elementwise(x), relu
          conv = Conv2d(relu)
          both = Concat(conv, relu)
          """;

      assertRewrite(
          List.of(Rule.ELEMENTWISE, Rule.PROLOGUE),
          List.of("both"),
          after.replace("Elementwise(x), relu", "Activation(x)"),
          after);
    }
  }

  @Nested
  class SqueezeExcite {
    private static final String BEFORE =
        """
        a = Conv2d(x)
        se.pool = GlobalAveragePool(a)
        se.reduce = Conv2d(se.pool)
        se.inner = Activation(se.reduce)
        se.expand = Conv2d(se.inner)
        se.gate = Activation(se.expand)
        se = Multiply(a, se.gate)
        """;
    private static final List<Rule> RULES = List.of(Rule.SQUEEZE_EXCITE, Rule.ACTIVATION);

    @Test
    void becomesOneNode() {
      net.pointwise("a", "x", 8, 8);
      net.squeezeExcite("se", "a", 8, 4);

      assertRewrite(
          RULES,
          List.of("se"),
          BEFORE,
          """
          a = Conv2d(x)
          se = SqueezeExcite(a)
          """);
    }

    @Test
    void mayBeMadeOfFullyConnectedLayers() {
      net.add("pool", new Operator.GlobalAveragePool(), "x");
      net.add("flat", new Operator.Flatten(), "pool");
      net.linear("reduce", "flat", 8, 4);
      net.relu("inner", "reduce");
      net.linear("expand", "inner", 4, 8);
      net.activation("gate", Function.HARDSIGMOID, "expand");
      net.product("se", "x", "gate");

      assertRewrite(
          RULES,
          List.of("se"),
          """
          pool = GlobalAveragePool(x)
          flat = Flatten(pool)
          reduce = Linear(flat)
          inner = Activation(reduce)
          expand = Linear(inner)
          gate = Activation(expand)
          se = Multiply(x, gate)
          """,
          "se = SqueezeExcite(x)");
    }

    @Test
    void mayFlattenAnyNumberOfTimes() {
      String vector = net.add("pool", new Operator.GlobalAveragePool(), "x");
      for (int i = 0; i < 19_000; i++) {
        vector = net.add("flat" + i, new Operator.Flatten(), vector);
      }
      net.linear("reduce", vector, 8, 4);
      net.relu("inner", "reduce");
      net.linear("expand", "inner", 4, 8);
      net.activation("gate", Function.HARDSIGMOID, "expand");
      net.product("se", "x", "gate");

      assertEquals("se = SqueezeExcite(x)", net.rewritten(RULES, "se"));
    }

    @Test
    void staysWhereAPartOfItIsAnOutput() {
      net.pointwise("a", "x", 8, 8);
      net.squeezeExcite("se", "a", 8, 4);

      assertRewrite(
          RULES,
          List.of("se", "se.gate"),
          BEFORE,
          """
          a = Conv2d(x)
          se.pool = GlobalAveragePool(a)
          se.inner = Conv2d(se.pool), relu
          se.gate = Conv2d(se.inner), sigmoid
          se = Multiply(a, se.gate)
          """);
    }

    @Test
    void staysWhereItNormalisesWithin() {
      net.add("pool", new Operator.GlobalAveragePool(), "x");
      net.pointwise("reduce", "pool", 8, 4);
      net.norm("norm", "reduce", 4);
      net.relu("inner", "norm");
      net.pointwise("expand", "inner", 4, 8);
      net.activation("gate", Function.SIGMOID, "expand");
      net.product("out", "x", "gate");

      assertRewrite(
          Rule.ALL,
          List.of("out"),
          """
          pool = GlobalAveragePool(x)
          reduce = Conv2d(pool)
          norm = BatchNorm(reduce)
          inner = Activation(norm)
          expand = Conv2d(inner)
          gate = Activation(expand)
          out = Multiply(x, gate)
          """,
          """
          pool = GlobalAveragePool(x)
          inner = Conv2d(pool), norm, relu
          gate = Conv2d(inner), sigmoid
          out = Multiply(x, gate)
          """);
    }

    @Test
    void staysWhereTheMeanIsNormalised() {
      net.add("pool", new Operator.GlobalAveragePool(), "x");
      net.norm("norm", "pool", 8);
      net.pointwise("reduce", "norm", 8, 4);
      net.relu("inner", "reduce");
      net.pointwise("expand", "inner", 4, 8);
      net.activation("gate", Function.SIGMOID, "expand");
      net.product("out", "x", "gate");

      assertRewrite(
          Rule.ALL,
          List.of("out"),
          """
          pool = GlobalAveragePool(x)
          norm = BatchNorm(pool)
          reduce = Conv2d(norm)
          inner = Activation(reduce)
          expand = Conv2d(inner)
          gate = Activation(expand)
          out = Multiply(x, gate)
          """,
          """
          pool = GlobalAveragePool(x)
          inner = Conv2d(norm(pool)), relu
          gate = Conv2d(inner), sigmoid
          out = Multiply(x, gate)
          """);
    }

    @Test
    void staysWhereTheMeanIsAnotherValues() {
      net.squeezeExcite("se", "x", 8, 4);
      net.pointwise("a", "x", 8, 8);
      net.product("other", "a", "se.gate");

      assertRewrite(
          RULES,
          List.of("other"),
          """
          se.pool = GlobalAveragePool(x)
          se.reduce = Conv2d(se.pool)
          se.inner = Activation(se.reduce)
          se.expand = Conv2d(se.inner)
          se.gate = Activation(se.expand)
          a = Conv2d(x)
          other = Multiply(a, se.gate)
          """,
          """
          se.pool = GlobalAveragePool(x)
          se.inner = Conv2d(se.pool), relu
          se.gate = Conv2d(se.inner), sigmoid
          a = Conv2d(x)
          other = Multiply(a, se.gate)
          """);
    }
  }
}
