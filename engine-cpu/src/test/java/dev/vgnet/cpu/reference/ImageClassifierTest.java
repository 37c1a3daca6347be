package dev.vgnet.cpu.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.SessionOptions;
import dev.vgnet.error.UnsupportedModelException;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.image.ImageClassifier;
import dev.vgnet.image.Prediction;
import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A network whose classes are colours: the logits are sums of the mean red, green and blue. */
class ImageClassifierTest {
  private static final List<String> COLOURS = List.of("red", "green", "blue", "yellow");
  private static final float[] WEIGHTS = {2, 0, 0, 0, 2, 0, 0, 0, 2, 1.5f, 1.5f, -1};

  private static final int RED = 0xff0000;
  private static final int YELLOW = 0xffff00;

  private static Session session(List<String> labels, int channels) {
    GraphBuilder graph = new GraphBuilder("image", channels);
    String mean = graph.add("mean", new Operator.GlobalAveragePool(), "image");
    String vector = graph.add("vector", new Operator.Flatten(), mean);
    String logits = graph.add("logits", new Operator.Linear("weight", Optional.empty()), vector);
    Tensor weight =
        channels == 3
            ? Tensor.of(Shape.of(4, 3), WEIGHTS)
            : Tensor.of(Shape.of(4, channels), new float[4 * channels]);
    return open(graph.build(logits), Map.of("weight", weight), labels);
  }

  private static Session open(Graph graph, Map<String, Tensor> tensors, List<String> labels) {
    Preprocessing preprocessing =
        new Preprocessing(
            8,
            6,
            Interpolation.BILINEAR,
            Collections.nCopies(graph.inputChannels(), 0.0),
            Collections.nCopies(graph.inputChannels(), 1.0));
    Metadata metadata =
        new Metadata(preprocessing, labels, new Metadata.Source("none", "0".repeat(64), "colours"));
    return Model.of(new ModelFile(graph, tensors, metadata))
        .newSession(SessionOptions.builder().backend("reference").build());
  }

  private static BufferedImage picture(int rgb) {
    BufferedImage image = new BufferedImage(20, 11, BufferedImage.TYPE_INT_RGB);
    IntStream.range(0, 220).forEach(i -> image.setRGB(i % 20, i / 20, rgb));
    return image;
  }

  @Test
  void namesTheBestClassesInOrder() {
    try (Session session = session(COLOURS, 3)) {
      List<Prediction> predictions = new ImageClassifier(session).classify(picture(RED), 3);
      assertEquals(
          List.of("red", "yellow", "green"), predictions.stream().map(Prediction::label).toList());
      assertEquals(List.of(0, 3, 1), predictions.stream().map(Prediction::index).toList());
      // exp(2) : exp(1.5) : exp(0) : exp(0); float32 logits are off by 2^-23 at most.
      double sum = Math.exp(2) + Math.exp(1.5) + 2;
      assertEquals(Math.exp(2) / sum, predictions.getFirst().probability(), 1e-6);
      assertEquals(1 / sum, predictions.getLast().probability(), 1e-6);
    }
  }

  @Test
  void classifiesABatchAndReturnsAllClassesAtMost() {
    try (Session session = session(COLOURS, 3)) {
      ImageClassifier classifier = new ImageClassifier(session);
      List<List<Prediction>> results =
          classifier.classify(List.of(picture(YELLOW), picture(RED)), 99);
      assertEquals(4, results.getFirst().size());
      assertEquals("yellow", results.getFirst().getFirst().label());
      assertEquals(classifier.classify(picture(RED), 4), results.getLast());
      assertEquals(List.of(), classifier.classify(List.of(), 1));
      assertThrows(IllegalArgumentException.class, () -> classifier.classify(picture(RED), 0));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NaN,0,NaN for class 1",
    "Infinity,0,Infinity for class 1",
    "-Infinity,-Infinity,-Infinity for every class"
  })
  void refusesLogitsThatAreNoNumbers(float second, float others, String message) {
    try (Session session = biased(new float[] {others, second, others, others})) {
      ImageClassifier classifier = new ImageClassifier(session);
      UnsupportedModelException e =
          assertThrows(UnsupportedModelException.class, () -> classifier.classify(picture(RED), 1));
      assertTrue(e.getMessage().startsWith("the network computes " + message), e.getMessage());
    }
  }

  @Test
  void bearsAMaskedClass() {
    try (Session session = biased(new float[] {Float.NEGATIVE_INFINITY, 0, 0, 0})) {
      List<Prediction> predictions = new ImageClassifier(session).classify(picture(RED), 4);
      assertEquals(0, predictions.getLast().index());
      assertEquals(0, predictions.getLast().probability());
    }
  }

  private static Session biased(float[] bias) {
    GraphBuilder graph = new GraphBuilder("image", 3);
    String mean = graph.add("mean", new Operator.GlobalAveragePool(), "image");
    String vector = graph.add("vector", new Operator.Flatten(), mean);
    String logits = graph.add("logits", new Operator.Linear("weight", Optional.of("bias")), vector);
    Map<String, Tensor> tensors =
        Map.of(
            "weight",
            Tensor.of(Shape.of(4, 3), new float[12]),
            "bias",
            Tensor.of(Shape.of(4), bias));
    return open(graph.build(logits), tensors, COLOURS);
  }

  @Test
  void numbersClassesWithoutLabels() {
    try (Session session = session(List.of(), 3)) {
      assertEquals(
          "class 3", new ImageClassifier(session).classify(picture(YELLOW), 1).getFirst().label());
    }
  }

  @Test
  void refusesModelsThatClassifyNoPictures() {
    try (Session session = session(List.of(), 5)) {
      assertThrows(UnsupportedModelException.class, () -> new ImageClassifier(session));
    }
    GraphBuilder graph = new GraphBuilder("image", 3);
    String mean = graph.add("mean", new Operator.GlobalAveragePool(), "image");
    try (Session session = open(graph.build(mean), Map.of(), List.of())) {
      assertThrows(UnsupportedModelException.class, () -> new ImageClassifier(session));
    }
  }

  @Test
  void servesManyThreads() throws InterruptedException, ExecutionException {
    try (Session session = session(COLOURS, 3);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      ImageClassifier classifier = new ImageClassifier(session);
      List<Future<Prediction>> futures =
          IntStream.range(0, 200)
              .mapToObj(i -> picture(i % 2 == 0 ? RED : YELLOW))
              .map(image -> threads.submit(() -> classifier.classify(image, 1).getFirst()))
              .toList();
      for (int i = 0; i < futures.size(); i++) {
        assertEquals(i % 2 == 0 ? "red" : "yellow", futures.get(i).get().label());
      }
    }
  }
}
