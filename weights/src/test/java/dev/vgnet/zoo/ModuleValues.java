package dev.vgnet.zoo;

import dev.vgnet.graph.Graph;
import dev.vgnet.graph.Node;

/** Finds the graph's value for what a PyTorch module returned. */
record ModuleValues(Graph graph) {
  /**
   * The node whose value a module returned: the one of that name, else the last one inside the
   * module. Of a block that returns two halves, {@code #0} is the half that it passed on.
   *
   * @param module such as {@code features.stage1}, or {@code features.stage1.2#0} for the first
   *     tensor of a tuple
   */
  String node(String module) {
    if (exists(module)) {
      return module;
    }
    int hash = module.indexOf('#');
    if (hash < 0) {
      return lastInside(module);
    }
    String block = module.substring(0, hash);
    if (module.endsWith("#1")) {
      return lastInside(block);
    }
    int dot = block.lastIndexOf('.');
    int index = Integer.parseInt(block.substring(dot + 1));
    return index == 0
        ? block + ".downsample"
        : node(block.substring(0, dot + 1) + (index - 1) + "#1");
  }

  private boolean exists(String name) {
    return graph.nodes().stream().anyMatch(node -> node.name().equals(name));
  }

  private String lastInside(String module) {
    return graph.nodes().stream()
        .map(Node::name)
        .filter(name -> name.startsWith(module + "."))
        .reduce((_, last) -> last)
        .orElseThrow(() -> new AssertionError("no node for " + module));
  }
}
