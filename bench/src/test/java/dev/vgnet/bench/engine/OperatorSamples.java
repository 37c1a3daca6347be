package dev.vgnet.bench.engine;

import dev.vgnet.Model;
import dev.vgnet.graph.Graph;
import dev.vgnet.graph.GraphBuilder;
import dev.vgnet.graph.Operator;
import dev.vgnet.graph.Operator.Activation;
import dev.vgnet.graph.Operator.AdaptiveAveragePool;
import dev.vgnet.graph.Operator.AveragePool;
import dev.vgnet.graph.Operator.BatchNorm;
import dev.vgnet.graph.Operator.ChannelShuffle;
import dev.vgnet.graph.Operator.Conv2d;
import dev.vgnet.graph.Operator.DepthwiseConv2d;
import dev.vgnet.graph.Operator.Flatten;
import dev.vgnet.graph.Operator.Function;
import dev.vgnet.graph.Operator.GlobalAveragePool;
import dev.vgnet.graph.Operator.Linear;
import dev.vgnet.graph.Operator.MaxPool;
import dev.vgnet.graph.Operator.Slice;
import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.ModelFile;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.tensor.Shape;
import dev.vgnet.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Small networks of six input channels that use every operator between them. */
final class OperatorSamples {
  static final int CHANNELS = 6;
  static final int SIZE = 12;

  private final Random random;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private GraphBuilder graph;

  OperatorSamples(long seed) {
    random = new Random(seed);
  }

  Map<String, Model> models() {
    Map<String, Model> models = new LinkedHashMap<>();
    models.put("convolutions", convolutions());
    models.put("depthwise convolutions", depthwise());
    for (Function function : Function.values()) {
      models.put(function.name(), activation(function));
    }
    models.put("sums and products", arithmetic());
    models.put("channels", channels());
    models.put("pools", pools());
    models.put("pools of any size", adaptivePools());
    models.put("head of free size", freeHead());
    models.put("head of one size", fixedHead());
    return models;
  }

  private Model convolutions() {
    start();
    String x = add("a", conv("a", 8, CHANNELS, 3, true, 2, 1, 1), graph.input());
    x = add("b", conv("b", 12, 2, 1, false, 1, 0, 4), x);
    return finish(add("c", conv("c", 7, 12, 5, true, 1, 2, 1), x));
  }

  private Model depthwise() {
    start();
    String x = add("own", depthwise("own", CHANNELS, 3, 1, 1), graph.input());
    x = add("shared", depthwise("shared", 2, 3, 1, 1), x);
    String tensor = tensor("blur", 1, 1, 5, 5);
    return finish(add("blur", new DepthwiseConv2d(tensor, Optional.empty(), 2, 2, true), x));
  }

  private Model activation(Function function) {
    start();
    BatchNorm norm = BatchNorm.of("norm", 1e-3);
    norm.tensors().forEach(name -> tensor(name, CHANNELS));
    String x = add("before", new Activation(function), graph.input());
    x = add("norm", norm, x);
    return finish(add("after", new Activation(function), x));
  }

  private Model arithmetic() {
    start();
    String x = graph.input();
    String mean = add("mean", new GlobalAveragePool(), x);
    String factors = add("factors", new Flatten(), mean);
    String sum = add("sum", new Operator.Add(), x, x);
    String product = add("product", new Operator.Multiply(), sum, x);
    String scaled = add("scaled", new Operator.Multiply(), product, mean);
    return finish(add("again", new Operator.Multiply(), scaled, factors));
  }

  private Model channels() {
    start();
    String slice = add("slice", new Slice(1, 5), graph.input());
    String joined = add("joined", new Operator.Concat(), slice, graph.input(), slice, slice);
    String shuffled = add("shuffled", new ChannelShuffle(3), joined);
    return finish(add("again", new ChannelShuffle(2), shuffled));
  }

  private Model pools() {
    start();
    String largest = add("largest", new MaxPool(3, 2, 1), graph.input());
    String mean = add("average", new AveragePool(2, 1), largest);
    return finish(add("overlapping", new MaxPool(2, 1, 0), mean));
  }

  private Model adaptivePools() {
    start();
    String overlapping = add("overlapping", new AdaptiveAveragePool(5), graph.input());
    String enlarged = add("enlarged", new AdaptiveAveragePool(7), overlapping);
    return finish(add("same", new AdaptiveAveragePool(7), enlarged));
  }

  private Model freeHead() {
    start();
    String mean = add("mean", new GlobalAveragePool(), graph.input());
    String flat = add("flat", new Flatten(), mean);
    Linear first = new Linear(tensor("first", 9, CHANNELS), Optional.of(tensor("bias", 9)));
    return finish(
        add("b", new Linear(tensor("second", 4, 9), Optional.empty()), add("a", first, flat)));
  }

  private Model fixedHead() {
    start();
    String flat = add("flat", new Flatten(), graph.input());
    String weight = tensor("weight", 5, CHANNELS * SIZE * SIZE);
    return finish(add("logits", new Linear(weight, Optional.empty()), flat));
  }

  private void start() {
    graph = new GraphBuilder("images", CHANNELS);
    tensors.clear();
  }

  private String add(String name, Operator operator, String... inputs) {
    return graph.add(name, operator, inputs);
  }

  private Model finish(String output) {
    Graph finished = graph.build(output);
    List<Double> ones = Collections.nCopies(CHANNELS, 1.0);
    Preprocessing preprocessing = new Preprocessing(SIZE, SIZE, Interpolation.BILINEAR, ones, ones);
    Metadata.Source source = new Metadata.Source("none", "", "sample");
    Metadata metadata = new Metadata(preprocessing, List.of(), source);
    return Model.of(new ModelFile(finished, tensors, metadata));
  }

  private Conv2d conv(
      String name, int out, int in, int kernel, boolean bias, int stride, int padding, int groups) {
    String weight = tensor(name + ".weight", out, in, kernel, kernel);
    Optional<String> biases = bias ? Optional.of(tensor(name + ".bias", out)) : Optional.empty();
    return new Conv2d(weight, biases, stride, padding, groups);
  }

  private DepthwiseConv2d depthwise(String name, int kernels, int kernel, int stride, int padding) {
    String weight = tensor(name + ".weight", kernels, 1, kernel, kernel);
    Optional<String> bias = Optional.of(tensor(name + ".bias", CHANNELS));
    return new DepthwiseConv2d(weight, bias, stride, padding, false);
  }

  /** Numbers from 0.5 to 1.5 for vectors (a variance is positive), from -1 to 1 for kernels. */
  private String tensor(String name, int... extents) {
    Shape shape = Shape.of(extents);
    double from = shape.rank() == 1 ? 0.5 : -1;
    double to = shape.rank() == 1 ? 1.5 : 1;
    tensors.put(name, Tensor.of(shape, random.doubles(shape.elementCount(), from, to).toArray()));
    return name;
  }
}
