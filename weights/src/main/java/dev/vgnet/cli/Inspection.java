package dev.vgnet.cli;

import dev.vgnet.Model;
import dev.vgnet.Session;
import dev.vgnet.error.Printable;
import dev.vgnet.graph.GraphStatistics;
import dev.vgnet.model.Interpolation;
import dev.vgnet.model.Metadata;
import dev.vgnet.model.Preprocessing;
import dev.vgnet.runtime.ExecutionReport;
import dev.vgnet.runtime.ExecutionReport.StepReport;
import dev.vgnet.tensor.Shape;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is in a model, and how a session runs it.
 *
 * @param input the shape of a batch
 * @param statistics for an image of that size
 * @param nanos the time of each step, or empty
 */
record Inspection(
    Model model,
    Session session,
    Shape input,
    GraphStatistics statistics,
    ExecutionReport report,
    long[] nanos) {

  /** Prints it for people. */
  void print(PrintWriter out) {
    Metadata metadata = model.metadata();
    out.printf("architecture  %s%n", Printable.of(metadata.source().architecture()));
    out.printf(
        "imported from %s (SHA-256 %s)%n",
        Printable.of(metadata.source().checkpoint()), Printable.of(metadata.source().sha256()));
    Preprocessing preprocessing = metadata.preprocessing();
    out.printf(
        "preprocessing resize to %d (%s), crop to %d, mean %s, std %s%n",
        preprocessing.resize(),
        name(preprocessing.interpolation()),
        preprocessing.crop(),
        preprocessing.mean(),
        preprocessing.std());
    out.printf("labels        %d%n%n", metadata.labels().size());
    Table layers = new Table("layer", "operator", "output", "parameters ", "MACs ");
    for (GraphStatistics.NodeStatistics node : statistics.nodes()) {
      layers.add(
          node.name(),
          node.operator(),
          node.output().toString(),
          "%,d".formatted(node.parameters()),
          "%,d".formatted(node.multiplyAccumulates()));
    }
    layers.print(out);
    out.printf(
        "total: %,d parameters (%,d more are fixed), %,d multiply-accumulates an image%n%n",
        statistics.parameters(), statistics.fixedParameters(), statistics.multiplyAccumulates());
    out.printf("plan for %s on %s (%s)%n", input, session.device(), session.backend());
    printSteps(out);
    out.printf(
        "%d steps; memory: %,d bytes for activations (%,d is the least possible), %,d for"
            + " weights%n",
        report.steps().size(), report.activationBytes(), report.liveBytes(), report.weightBytes());
  }

  private void printSteps(PrintWriter out) {
    boolean timed = nanos.length > 0;
    long total = Arrays.stream(nanos).sum();
    Table steps =
        timed
            ? new Table("step", "kind", "output", "kernel", "us ", "% ", "GMAC/s ", "MB ", "GB/s ")
            : new Table("step", "kind", "output", "kernel");
    for (int i = 0; i < report.steps().size(); i++) {
      StepReport step = report.steps().get(i);
      if (timed) {
        double macs = (double) step.multiplyAccumulates() * input.extent(0);
        steps.add(
            step.name(),
            step.kind(),
            step.output().toString(),
            step.kernel(),
            "%.1f".formatted(nanos[i] / 1e3),
            "%.1f".formatted(100.0 * nanos[i] / total),
            "%.1f".formatted(macs / nanos[i]),
            "%.2f".formatted(step.bytes() / 1e6),
            "%.1f".formatted((double) step.bytes() * input.extent(0) / nanos[i]));
      } else {
        steps.add(step.name(), step.kind(), step.output().toString(), step.kernel());
      }
    }
    steps.print(out);
    if (timed) {
      out.printf("sum of the steps' medians: %.1f us%n", total / 1e3);
    }
  }

  /** What JSON says. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    Metadata metadata = model.metadata();
    fields.put("architecture", metadata.source().architecture());
    fields.put("checkpoint", metadata.source().checkpoint());
    fields.put("sha256", metadata.source().sha256());
    fields.put("preprocessing", fields(metadata.preprocessing()));
    fields.put("labels", metadata.labels().size());
    fields.put("input", input.toArray());
    fields.put("parameters", statistics.parameters());
    fields.put("fixedParameters", statistics.fixedParameters());
    fields.put("multiplyAccumulates", statistics.multiplyAccumulates());
    List<Map<String, Object>> layers = new ArrayList<>();
    for (GraphStatistics.NodeStatistics node : statistics.nodes()) {
      Map<String, Object> layer = new LinkedHashMap<>();
      layer.put("name", node.name());
      layer.put("operator", node.operator());
      layer.put("output", node.output().toArray());
      layer.put("parameters", node.parameters());
      layer.put("multiplyAccumulates", node.multiplyAccumulates());
      layers.add(layer);
    }
    fields.put("layers", layers);
    fields.put("device", session.device().toString());
    fields.put("backend", session.backend());
    List<Map<String, Object>> steps = new ArrayList<>();
    for (int i = 0; i < report.steps().size(); i++) {
      StepReport step = report.steps().get(i);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", step.name());
      entry.put("kind", step.kind());
      entry.put("kernel", step.kernel());
      entry.put("output", step.output().toArray());
      entry.put("inputs", step.inputs());
      entry.put("multiplyAccumulates", step.multiplyAccumulates());
      entry.put("bytes", step.bytes());
      if (nanos.length > 0) {
        entry.put("nanoseconds", nanos[i]);
      }
      steps.add(entry);
    }
    fields.put("steps", steps);
    fields.put("activationBytes", report.activationBytes());
    fields.put("liveBytes", report.liveBytes());
    fields.put("weightBytes", report.weightBytes());
    return fields;
  }

  private static Map<String, Object> fields(Preprocessing preprocessing) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("resize", preprocessing.resize());
    fields.put("interpolation", name(preprocessing.interpolation()));
    fields.put("crop", preprocessing.crop());
    fields.put("mean", preprocessing.mean());
    fields.put("std", preprocessing.std());
    return fields;
  }

  private static String name(Interpolation interpolation) {
    return interpolation.name().toLowerCase(Locale.ROOT);
  }
}
