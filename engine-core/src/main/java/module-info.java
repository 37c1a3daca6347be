/** Tensors, graph, plan, weight file, sessions and image preprocessing. */
@SuppressWarnings("module") // The backends are compiled after it.
module dev.vgnet.core {
  requires com.fasterxml.jackson.jr.ob;
  requires transitive java.desktop;
  requires transitive jdk.jfr;

  exports dev.vgnet;
  exports dev.vgnet.error;
  exports dev.vgnet.graph;
  exports dev.vgnet.image;
  exports dev.vgnet.model;
  exports dev.vgnet.plan to
      dev.vgnet.cpu,
      dev.vgnet.cuda,
      dev.vgnet.weights; // Only its tests.
  exports dev.vgnet.runtime;
  exports dev.vgnet.tensor;

  uses dev.vgnet.runtime.Backend;
}
