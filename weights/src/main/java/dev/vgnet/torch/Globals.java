package dev.vgnet.torch;

import static java.util.Map.entry;

import dev.vgnet.torch.Value.Callable;
import dev.vgnet.torch.Value.Callable.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every global that a pickle may name. The first part is what a state dict is made of, the same as
 * PyTorch allows under {@code weights_only}; {@link #OPAQUE} is what training scripts leave beside
 * it, which is read as an inert {@link Value.Opaque}.
 */
final class Globals {
  private static final Map<String, Kind> CALLABLE =
      Map.ofEntries(
          entry("collections.OrderedDict", Kind.MAPPING),
          entry("collections.defaultdict", Kind.MAPPING),
          entry("collections.Counter", Kind.MAPPING),
          entry("collections.deque", Kind.SEQUENCE),
          entry("torch.Size", Kind.SIZE),
          entry("torch._utils._rebuild_tensor", Kind.TENSOR),
          entry("torch._utils._rebuild_tensor_v2", Kind.TENSOR_V2),
          entry("torch._utils._rebuild_tensor_v3", Kind.TENSOR_V3),
          entry("torch._utils._rebuild_parameter", Kind.PARAMETER),
          entry("torch._utils._rebuild_parameter_with_state", Kind.PARAMETER),
          entry("torch._tensor._rebuild_from_type_v2", Kind.TENSOR_OF_CLASS));

  /** What makes a tensor that is not read, and what to call that. */
  private static final Map<String, String> UNSUPPORTED_TENSORS =
      Map.of(
          "torch._utils._rebuild_meta_tensor_no_storage", "tensor of the meta device, without data",
          "torch._utils._rebuild_nested_tensor", "nested tensor",
          "torch._utils._rebuild_qtensor", "quantised tensor",
          "torch._utils._rebuild_sparse_tensor", "sparse tensor",
          "torch._utils._rebuild_wrapper_subclass", "tensor of a class of its own");

  private static final Map<String, List<String>> OPAQUE =
      Map.ofEntries(
          entry("_codecs", List.of("encode")),
          entry("argparse", List.of("Namespace")),
          entry(
              "builtins",
              List.of(
                  "bool",
                  "bytearray",
                  "bytes",
                  "complex",
                  "dict",
                  "float",
                  "frozenset",
                  "int",
                  "list",
                  "long",
                  "object",
                  "range",
                  "set",
                  "slice",
                  "str",
                  "tuple",
                  "unicode",
                  "xrange")),
          entry("datetime", List.of("date", "datetime", "time", "timedelta", "timezone")),
          entry("decimal", List.of("Decimal")),
          entry("numpy", List.of("dtype", "ndarray")),
          entry("numpy.core.multiarray", List.of("_reconstruct", "scalar")),
          entry("numpy._core.multiarray", List.of("_reconstruct", "scalar")),
          entry(
              "pathlib",
              List.of(
                  "Path",
                  "PosixPath",
                  "PurePath",
                  "PurePosixPath",
                  "PureWindowsPath",
                  "WindowsPath")),
          entry(
              "torch",
              List.of(
                  "Tensor",
                  "device",
                  "per_channel_affine",
                  "per_channel_affine_float_qparams",
                  "per_channel_symmetric",
                  "per_tensor_affine",
                  "per_tensor_symmetric")),
          entry("torch.nn.parameter", List.of("Buffer", "Parameter")),
          entry("torch.serialization", List.of("_get_layout")),
          entry("types", List.of("SimpleNamespace")),
          entry("uuid", List.of("UUID")));

  /** Modules that other versions of Python call otherwise. */
  private static final Map<String, String> RENAMED =
      Map.of("__builtin__", "builtins", "pathlib._local", "pathlib");

  private Globals() {}

  /** What a global stands for, or nothing if a state dict has no use for it. */
  static Optional<Value> find(String module, String name) {
    String home = RENAMED.getOrDefault(module, module);
    String fullName = home + "." + name;
    if (CALLABLE.containsKey(fullName)) {
      return Optional.of(new Callable(fullName, CALLABLE.get(fullName)));
    }
    if (UNSUPPORTED_TENSORS.containsKey(fullName)) {
      return Optional.of(new Callable(UNSUPPORTED_TENSORS.get(fullName), Kind.UNSUPPORTED_TENSOR));
    }
    if (OPAQUE.getOrDefault(home, List.of()).contains(name)) {
      return Optional.of(new Callable(fullName, Kind.OPAQUE));
    }
    return switch (home) {
      case "torch" ->
          ElementType.ofStorageClass(name)
              .<Value>map(Value.StorageClass::new)
              .or(() -> ElementType.ofDtype(name).map(Value.Dtype::new));
      case "torch.storage" ->
          name.equals("UntypedStorage") || name.equals("_UntypedStorage")
              ? Optional.of(new Value.StorageClass(ElementType.UINT8))
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
