package dev.vgnet.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.error.ModelFormatException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;
import dev.vgnet.graph.Operator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphJsonTest {
  /** One node of every operator; two where an attribute may be absent. */
  private static final List<Operator> OPERATORS =
      List.of(
          new Operator.Conv2d("w", Optional.of("b"), 2, 1, 4),
          new Operator.Conv2d("w", Optional.empty(), 1, 0, 1),
          new Operator.DepthwiseConv2d("w", Optional.of("b"), 2, 1, true),
          new Operator.DepthwiseConv2d("w", Optional.empty(), 1, 2, false),
          new Operator.BatchNorm("w", "b", "m", "v", 1e-5),
          new Operator.Activation(Operator.Function.SILU),
          new Operator.Add(),
          new Operator.Multiply(),
          new Operator.Concat(),
          new Operator.Slice(3, 7),
          new Operator.ChannelShuffle(2),
          new Operator.MaxPool(3, 2, 1),
          new Operator.AveragePool(2, 3),
          new Operator.GlobalAveragePool(),
          new Operator.Flatten(),
          new Operator.Linear("w", Optional.of("b")),
          new Operator.Linear("w", Optional.empty()),
          new Operator.AdaptiveAveragePool(7));

  /** The format, to the letter: a change here breaks every file that was written before. */
  private static final String EVERYTHING =
      """
      {"input":"image","channels":3,"nodes":[
      {"name":"n0","inputs":["image"],"op":"conv2d","weight":"w","bias":"b","stride":2,"padding":1,"groups":4},
      {"name":"n1","inputs":["image"],"op":"conv2d","weight":"w","stride":1,"padding":0,"groups":1},
      {"name":"n2","inputs":["image"],"op":"depthwise_conv2d","weight":"w","bias":"b","stride":2,"padding":1,"fixed":true},
      {"name":"n3","inputs":["image"],"op":"depthwise_conv2d","weight":"w","stride":1,"padding":2,"fixed":false},
      {"name":"n4","inputs":["image"],"op":"batch_norm","weight":"w","bias":"b","mean":"m","variance":"v","epsilon":1.0E-5},
      {"name":"n5","inputs":["image"],"op":"activation","function":"silu"},
      {"name":"n6","inputs":["image","n0"],"op":"add"},
      {"name":"n7","inputs":["image","n0"],"op":"multiply"},
      {"name":"n8","inputs":["image","n0"],"op":"concat"},
      {"name":"n9","inputs":["image"],"op":"slice","from":3,"to":7},
      {"name":"n10","inputs":["image"],"op":"channel_shuffle","groups":2},
      {"name":"n11","inputs":["image"],"op":"max_pool","kernel":3,"stride":2,"padding":1},
      {"name":"n12","inputs":["image"],"op":"average_pool","kernel":2,"stride":3},
      {"name":"n13","inputs":["image"],"op":"global_average_pool"},
      {"name":"n14","inputs":["image"],"op":"flatten"},
      {"name":"n15","inputs":["image"],"op":"linear","weight":"w","bias":"b"},
      {"name":"n16","inputs":["image"],"op":"linear","weight":"w"},
      {"name":"n17","inputs":["image"],"op":"adaptive_average_pool","size":7}],
      "outputs":["n17","n0"]}
      """
          .replace("\n", "");

  @Test
  void coversEveryOperator() {
    Set<Class<?>> covered = new HashSet<>();
    OPERATORS.forEach(operator -> covered.add(operator.getClass()));
    assertEquals(Set.copyOf(Arrays.asList(Operator.class.getPermittedSubclasses())), covered);
  }

  @Test
  void writesTheFormat() {
    assertEquals(EVERYTHING, Json.write(GraphJson.write(everything())));
  }

  @Test
  void readsTheFormat() {
    assertEquals(everything(), read(EVERYTHING));
  }

  @ParameterizedTest
  @EnumSource
  void keepsEveryFunction(Operator.Function function) {
    Graph graph =
        new Graph(
            "x",
            1,
            List.of(new Node("y", new Operator.Activation(function), List.of("x"))),
            List.of("y"));
    assertEquals(graph, read(Json.write(GraphJson.write(graph))));
  }

  @Test
  void keepsNamesThatNeedEscapes() {
    String name = "a \"quoted\"\\ näme\u0000\n😀";
    Graph graph =
        new Graph(
            "", 1, List.of(new Node(name, new Operator.Flatten(), List.of(""))), List.of(name));
    assertEquals(graph, read(Json.write(GraphJson.write(graph))));
  }

  @Test
  void missesWhatIsNotThere() {
    int removed = 0;
    for (int i = 0; i < OPERATORS.size(); i++) {
      for (Object key : nodes(tree()).get(i).keySet()) {
        Map<?, ?> graph = tree();
        nodes(graph).get(i).remove(key);
        if (!key.equals("bias") || OPERATORS.get(i) instanceof Operator.BatchNorm) {
          assertRefused(Json.write(graph), "has no " + key);
          removed++;
        }
      }
    }
    assertEquals(87, removed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        // what stands in the graph | what replaces it | what the message says
        "\"op\":\"conv2d\"|\"op\":\"conv3d\"|node n0 (conv3d): is no operator of this engine",
        "\"op\":\"conv2d\"|\"op\":\"Conv2d\"|node n0 (Conv2d): is no operator",
        "\"op\":\"flatten\"|\"op\":\"flatten\",\"start\":1|node n14 (flatten): has unknown members"
            + " [start]",
        "\"op\":\"add\"|\"op\":\"add\",\"bias\":\"b\"|node n6 (add): has unknown members [bias]",
        "\"stride\":2|\"stride\":\"2\"|node n0 (conv2d) stride: expected an integer, found \"2\"",
        "\"stride\":2|\"stride\":2.0|node n0 (conv2d) stride: expected an integer, found 2.0",
        "\"stride\":2|\"stride\":null|node n0 (conv2d) stride: expected an integer, found null",
        "\"stride\":2|\"stride\":[2,2]|node n0 (conv2d) stride: expected an integer, found a list",
        "\"stride\":2|\"stride\":{}|node n0 (conv2d) stride: expected an integer, found an object",
        "\"stride\":2|\"stride\":2147483648|stride: expected an integer, found 2147483648",
        "\"stride\":2|\"stride\":99999999999999999999|stride: expected an integer",
        "\"stride\":2|\"stride\":0|node n0 (conv2d): stride out of range: 0",
        "\"stride\":2|\"stride\":-1|node n0 (conv2d): stride out of range: -1",
        "\"padding\":1|\"padding\":-1|node n0 (conv2d): padding out of range: -1",
        "\"padding\":1|\"padding\":65537|node n0 (conv2d): padding out of range: 65537",
        "\"padding\":1|\"padding\":1500000000|padding out of range: 1500000000",
        "\"groups\":4|\"groups\":0|node n0 (conv2d): groups out of range: 0",
        "\"bias\":\"b\"|\"bias\":null|node n0 (conv2d) bias: expected a string, found null",
        "\"weight\":\"w\"|\"weight\":7|node n0 (conv2d) weight: expected a string, found 7",
        "\"fixed\":true|\"fixed\":1|fixed: expected true or false, found 1",
        "\"epsilon\":1.0E-5|\"epsilon\":1|epsilon must be in [0, 1), found 1.0",
        "\"epsilon\":1.0E-5|\"epsilon\":-1e-9|epsilon must be in [0, 1)",
        "\"epsilon\":1.0E-5|\"epsilon\":1e999|epsilon must be in [0, 1), found Infinity",
        "\"epsilon\":1.0E-5|\"epsilon\":NaN|vgnet.graph: ",
        "\"epsilon\":1.0E-5|\"epsilon\":\"NaN\"|epsilon: expected a number, found \"NaN\"",
        "\"silu\"|\"SILU\"|expected one of [relu, relu6, silu, sigmoid, hardswish, hardsigmoid],"
            + " found \"SILU\"",
        "\"silu\"|\"gelu\"|node n5 (activation) function: expected one of",
        "\"from\":3|\"from\":7|node n9 (slice): no channels from 7 to 7",
        "\"from\":3|\"from\":-1|no channels from -1 to 7",
        "\"kernel\":3|\"kernel\":0|kernel out of range: 0",
        "\"inputs\":[\"image\",\"n0\"],\"op\":\"add\"|\"inputs\":[\"image\"],\"op\":\"add\"|node n6"
            + " (Add): reads 1 values",
        "\"inputs\":[\"image\",\"n0\"],\"op\":\"concat\"|\"inputs\":[],\"op\":\"concat\"|node n8"
            + " (Concat): reads 0 values",
        "\"inputs\":[\"image\"],\"op\":\"conv2d\"|\"inputs\":[\"image\",\"image\"],\"op\":\"conv2d\"|node"
            + " n0 (Conv2d): reads 2 values",
        "\"inputs\":[\"image\"]|\"inputs\":\"image\"|inputs: expected a list, found \"image\"",
        "\"inputs\":[\"image\"]|\"inputs\":[0]|inputs item 0: expected a string, found 0",
        "\"inputs\":[\"image\"]|\"inputs\":[\"nothing\"]|node n0 (Conv2d): reads nothing, which no"
            + " earlier node computes",
        "\"inputs\":[\"image\"]|\"inputs\":[\"n0\"]|node n0 (Conv2d): reads n0, which no earlier",
        "\"inputs\":[\"image\"]|\"inputs\":[\"n5\"]|node n0 (Conv2d): reads n5, which no earlier",
        "\"name\":\"n1\"|\"name\":\"n0\"|node n0 (Conv2d): name is used twice",
        "\"name\":\"n1\"|\"name\":\"image\"|node image (Conv2d): name is used twice",
        "\"name\":\"n1\"|\"name\":1|vgnet.graph nodes item 1 name: expected a string, found 1",
        "\"name\":\"n1\"|\"name\":\"n1\",\"name\":\"n1\"|vgnet.graph: Duplicate",
        "\"name\":\"n1\"|\"name\":\"n\\ud800\"|node n\\ud800 (Conv2d): half a surrogate pair",
        "\"channels\":3|\"channels\":0|input image: has 0 channels",
        "\"channels\":3|\"channels\":3,\"batch\":1|vgnet.graph: has unknown members [batch]",
        "\"outputs\":[\"n17\",\"n0\"]|\"outputs\":[]|graph: has no output",
        "\"outputs\":[\"n17\",\"n0\"]|\"outputs\":[\"n18\"]|output n18: is computed by no node",
        "\"outputs\":[\"n17\",\"n0\"]|\"outputs\":[\"image\"]|output image: is computed by no node",
        "\"outputs\":[\"n17\",\"n0\"]|\"outputs\":{}|outputs: expected a list, found an object",
        "\"input\":\"image\",|\"nothing\":0,|vgnet.graph: has no input",
      })
  void refusesWhatIsWrong(String found, String replacement, String message) {
    int place = EVERYTHING.indexOf(found);
    assertTrue(place >= 0, found);
    assertRefused(
        EVERYTHING.substring(0, place) + replacement + EVERYTHING.substring(place + found.length()),
        message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "null", "1", "[]", "\"graph\"", "{", "{}{}", "{} x", "{}", "{nodes:1}"})
  void refusesWhatIsNoGraph(String json) {
    assertRefused(json, "vgnet.graph");
  }

  @ParameterizedTest
  @ValueSource(strings = {" x", "{}", "]", "}", ",", "\0"})
  void refusesWhatComesAfterIt(String more) {
    assertRefused(EVERYTHING + more, "vgnet.graph: ");
  }

  @Test
  void printsNoControlCharactersOfFiles() {
    for (String[] change :
        new String[][] {
          {"\"name\":\"n1\"", "\"name\":\"n0\""},
          {"\"inputs\":[\"image\"]", "\"inputs\":[\"n0\"]"},
          {"\"outputs\":[\"n17\"", "\"outputs\":[\"n0!\""},
          {"\"input\":\"image\",\"channels\":3", "\"input\":\"n0\",\"channels\":0"},
        }) {
      String json = EVERYTHING.replace(change[0], change[1]).replace("n0", "a\\u001b[2J\\nb");
      assertRefused(json, "a\\u001b[2J\\u000ab");
    }
    assertRefused("a\u001b[2J", "a\\u001b");
  }

  @Test
  void boundsItsInput() {
    assertRefused("[".repeat(1_000_000), "depth");
    assertRefused("{\"a\":".repeat(100_000), "depth");
    assertRefused("{\"input\":" + "9".repeat(1_000_000) + "}", "vgnet.graph");
    assertRefused(" ".repeat(1 << 23), "expected at most 4194304 characters, found 8388608");
    String name = "x".repeat(1_000_000);
    assertRefused(
        EVERYTHING.replaceFirst("\"n0\"", '"' + name + '"').replaceFirst("\"w\"", "0"), "…");
  }

  private static Graph everything() {
    List<Node> nodes = new ArrayList<>();
    for (Operator operator : OPERATORS) {
      List<String> inputs =
          switch (operator) {
            case Operator.Add _, Operator.Multiply _, Operator.Concat _ -> List.of("image", "n0");
            default -> List.of("image");
          };
      nodes.add(new Node("n" + nodes.size(), operator, inputs));
    }
    return new Graph("image", 3, nodes, List.of("n17", "n0"));
  }

  private static Map<?, ?> tree() {
    return (Map<?, ?>) Json.parse("graph", EVERYTHING).value();
  }

  private static List<Map<?, ?>> nodes(Map<?, ?> graph) {
    List<Map<?, ?>> nodes = new ArrayList<>();
    ((List<?>) graph.get("nodes")).forEach(node -> nodes.add((Map<?, ?>) node));
    return nodes;
  }

  private static Graph read(String json) {
    return Json.parse("vgnet.graph", json).object(GraphJson::read);
  }

  private static void assertRefused(String json, String message) {
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> read(json));
    assertTrue(e.getMessage().contains(message), e::getMessage);
    assertTrue(e.getMessage().length() < 1000, "a short message");
    assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e::getMessage);
  }
}
