#!/usr/bin/env python3
"""Runs a weight file of this engine in PyTorch: a peer to be measured against, and a witness.

Reads the file's header (safetensors with the graph as JSON) and runs the graph node by node, as
PyTorch's own operators. What is measured has its batch norms folded into the convolutions directly
before them, in every way to run; what is compared with has not. Needs numpy and torch.
"""
import argparse
import copy
import json
import os
import statistics
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

TYPES = {"BF16": "<u2", "F16": "<f2", "F32": "<f4", "F64": "<f8"}
FUNCTIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
}
WAYS = ("eager", "cuda_graph", "compile_max_autotune")
VARIANTS = WAYS + ("channels_last", "channels_last_cuda_graph", "channels_last_compile_max_autotune")
# Of the reference logits' standard deviation.
LIMITS = {"fp32": 1e-4, "tf32": 5e-3, "fp16": 2e-2}


class Failure(Exception):
    """What the user has to know."""


def read_model(path):
    """The graph, and the tensors by name."""
    try:
        with open(path, "rb") as file:
            content = file.read()
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length])
        graph = json.loads(header.pop("__metadata__")["vgnet.graph"])
        tensors = {}
        for name, entry in header.items():
            if entry["dtype"] not in TYPES:
                continue  # A counter; no operator reads it.
            begin, end = entry["data_offsets"]
            data = np.frombuffer(content[8 + length + begin : 8 + length + end], TYPES[entry["dtype"]])
            if entry["dtype"] == "BF16":  # The upper half of a float32.
                data = (data.astype(np.uint32) << 16).view(np.float32)
            tensors[name] = torch.from_numpy(data.astype(np.float32).reshape(entry["shape"]))
        tensors = depthwise_expanded(graph, tensors)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise Failure(f"{path} is no weight file of this engine: {error!r}") from error
    return graph, tensors


def depthwise_expanded(graph, tensors):
    """The tensors, with a kernel for each channel where a depthwise convolution's channels share them."""
    tensors, channels = dict(tensors), {graph["input"]: graph["channels"]}
    for node in graph["nodes"]:
        op, inputs = node["op"], [channels[name] for name in node["inputs"]]
        count = inputs[0]
        if op in ("conv2d", "linear"):
            count = tensors[node["weight"]].shape[0]
        elif op == "concat":
            count = sum(inputs)
        elif op == "slice":
            count = node["to"] - node["from"]
        elif op == "depthwise_conv2d":
            weight = tensors[node["weight"]]
            tensors[node["weight"]] = weight.repeat(count // weight.shape[0], 1, 1, 1)
        channels[node["name"]] = count
    return tensors


def folded(graph, tensors):
    """The same network without the batch norms of convolutions that nothing else reads."""
    tensors, nodes, renamed = dict(tensors), {}, {}
    readers = [name for node in graph["nodes"] for name in node["inputs"]] + graph["outputs"]
    for original in graph["nodes"]:
        node = dict(original, inputs=[renamed.get(name, name) for name in original["inputs"]])
        before = nodes.get(node["inputs"][0])
        if (node["op"] != "batch_norm" or before is None or not before["op"].endswith("conv2d")
                or readers.count(original["inputs"][0]) != 1):
            nodes[node["name"]] = node
            continue
        weight, bias, mean, variance = (
            tensors[node[role]].double() if node.get(role) else torch.tensor(default, dtype=torch.float64)
            for role, default in (("weight", 1.0), ("bias", 0.0), ("mean", 0.0), ("variance", 1.0)))
        scale = weight / torch.sqrt(variance + node["epsilon"])
        name, old = before["name"], tensors[before["bias"]].double() if before.get("bias") else 0.0
        kernel = tensors[before["weight"]]
        tensors[name + ".folded_weight"] = (kernel.double() * scale.reshape(-1, 1, 1, 1)).to(kernel.dtype)
        tensors[name + ".folded_bias"] = ((old - mean) * scale + bias).to(kernel.dtype)
        before.update(weight=name + ".folded_weight", bias=name + ".folded_bias")
        renamed[node["name"]] = name
    outputs = [renamed.get(name, name) for name in graph["outputs"]]
    return dict(graph, nodes=list(nodes.values()), outputs=outputs), tensors


class Network(torch.nn.Module):
    """A graph whose nodes are run in order."""

    def __init__(self, graph, tensors):
        super().__init__()
        self.graph = graph
        self.keys = {}
        for node in graph["nodes"]:
            for role in ("weight", "bias", "mean", "variance"):
                name = node.get(role)
                if name is None:
                    continue
                if name not in tensors:
                    raise Failure(f"node {node['name']}: no tensor {name}")
                self.keys[name] = "t_" + name.replace(".", "_")
                self.register_buffer(self.keys[name], tensors[name])

    def tensor(self, node, role):
        name = node.get(role)
        return None if name is None else getattr(self, self.keys[name])

    def forward(self, images):
        values = {self.graph["input"]: images}
        for node in self.graph["nodes"]:
            values[node["name"]] = self.compute(node, [values[name] for name in node["inputs"]])
        return values[self.graph["outputs"][0]]

    def compute(self, node, inputs):
        op, x = node["op"], inputs[0]
        if op == "conv2d":
            return F.conv2d(x, self.tensor(node, "weight"), self.tensor(node, "bias"),
                            node["stride"], node["padding"], 1, node["groups"])
        if op == "depthwise_conv2d":
            return F.conv2d(x, self.tensor(node, "weight"), self.tensor(node, "bias"),
                            node["stride"], node["padding"], 1, x.shape[1])
        if op == "batch_norm":
            return F.batch_norm(x, self.tensor(node, "mean"), self.tensor(node, "variance"),
                                self.tensor(node, "weight"), self.tensor(node, "bias"),
                                False, 0.0, node["epsilon"])
        if op == "activation":
            return FUNCTIONS[node["function"]](x)
        if op == "add":
            return x + inputs[1]
        if op == "multiply":
            y = inputs[1]
            return x * (y if y.dim() == x.dim() else y[:, :, None, None])
        if op == "concat":
            return torch.cat(inputs, 1)
        if op == "slice":
            return x[:, node["from"] : node["to"]]
        if op == "channel_shuffle":
            n, c, h, w = x.shape
            groups = node["groups"]
            return x.reshape(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)
        if op == "max_pool":
            return F.max_pool2d(x, node["kernel"], node["stride"], node["padding"])
        if op == "average_pool":
            return F.avg_pool2d(x, node["kernel"], node["stride"])
        if op == "adaptive_average_pool":
            return F.adaptive_avg_pool2d(x, node["size"])
        if op == "global_average_pool":
            return F.adaptive_avg_pool2d(x, 1)
        if op == "flatten":
            return torch.flatten(x, 1)
        if op == "linear":
            return F.linear(x, self.tensor(node, "weight"), self.tensor(node, "bias"))
        raise Failure(f"node {node['name']}: no operator is called {op}")


def difference(expected, actual):
    """The largest difference, in standard deviations of what is expected."""
    expected = expected.astype(np.float64)
    if expected.shape != actual.shape:
        raise Failure(f"logits {actual.shape} do not match {expected.shape}")
    return float(np.abs(expected - actual).max() / expected.std())


def graphed(model, images):
    """The model as one CUDA graph, on images that stay where they are."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            model(images)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        logits = model(images)

    def replay():
        graph.replay()
        return logits

    return replay


def variants(model, images):
    """Each way to run, as a name and a function that makes a call without arguments."""
    def compiled(network, pixels):
        torch._dynamo.reset()
        fast = torch.compile(network, mode="max-autotune")
        return lambda: fast(pixels)

    last = torch.channels_last
    layouts = {
        "": (model, images),
        "channels_last": (
            copy.deepcopy(model).to(memory_format=last),
            images.contiguous(memory_format=last),
        ),
    }
    for layout, (network, pixels) in layouts.items():
        yield layout or "eager", lambda n=network, p=pixels: lambda: n(p)
        prefix = layout and layout + "_"
        if images.is_cuda:
            yield prefix + "cuda_graph", lambda n=network, p=pixels: graphed(n, p)
        if hasattr(torch, "compile"):
            yield prefix + "compile_max_autotune", lambda n=network, p=pixels: compiled(n, p)


def median_millis(call, cuda, seconds):
    """Of single runs, after a warm-up of the same length: from the call until its result is there, by
    the host's clock, and on a GPU also from event to event, by the GPU's."""
    def timed():
        if cuda:
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        before = time.perf_counter()
        if not cuda:
            call()
            return (time.perf_counter() - before) * 1e3, None
        start.record()
        call()
        end.record()
        torch.cuda.synchronize()
        return (time.perf_counter() - before) * 1e3, start.elapsed_time(end)

    for _ in ("warm-up", "counted"):
        times, until = [], time.perf_counter() + seconds
        while len(times) < 5 or time.perf_counter() < until:
            times.append(timed())
    host, device = zip(*times)
    result = {"medianMillis": statistics.median(host)}
    return dict(result, eventMillis=statistics.median(device)) if cuda else result


def set_precision(precision):
    torch.backends.cuda.matmul.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.benchmark = True


def exact_logits(path, images):
    graph, tensors = read_model(path)
    with torch.inference_mode():
        return Network(graph, tensors).double()(torch.from_numpy(images).double()).numpy()


def measure(path, images, device, precisions, seconds, names, parity):
    """The results one by one, as they are found."""
    exact = exact_logits(path, images) if parity else None
    network = folded(*read_model(path))
    for precision in precisions:
        set_precision(precision)
        kind = torch.float16 if precision == "fp16" else torch.float32
        model = Network(*network).eval().to(device, kind)
        pixels = torch.from_numpy(images).to(device, kind)
        for name, make in variants(model, pixels):
            if names and name not in names:
                continue
            result = {"model": path, "precision": precision, "variant": name, "batch": len(images)}
            try:
                with torch.inference_mode():
                    call = make()
                    if parity:
                        result["error"] = difference(exact, call().float().cpu().numpy())
                    result.update(median_millis(call, device == "cuda", seconds))
            except Exception as error:  # One variant that fails, however it does, must not hide the others.
                result["failure"] = (str(error).strip() or repr(error)).splitlines()[0]
            print(json.dumps(result), flush=True)
            yield result


def check(path, images, logits):
    """Whether logits that the engine wrote are those of PyTorch in float64."""
    return difference(exact_logits(path, images), logits)


def write_torchscript(path, images, file):
    """The model traced for images of this shape, its weights frozen into it, for other hosts of PyTorch."""
    graph, tensors = read_model(path)
    with torch.no_grad():
        traced = torch.jit.trace(Network(graph, tensors).eval(), torch.from_numpy(images))
        torch.jit.freeze(traced).save(file)


def read_array(path):
    try:
        return np.load(path).astype(np.float32)
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {error}") from error


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a weight file of this engine")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--precision", nargs="+", choices=tuple(LIMITS), help="only these; default: all on a GPU, fp32 on a CPU")
    parser.add_argument("--variant", nargs="+", choices=VARIANTS, help="only these ways to run; a compile_max_autotune takes minutes")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--size", type=int, default=224, help="height and width of the images")
    parser.add_argument("--seconds", type=float, default=2, help="of warm-up, and again of measurement")
    parser.add_argument("--parity", action="store_true", help="compare each way with float64 on the CPU, too")
    parser.add_argument("--images", metavar="FILE.npy", help="[N, 3, H, W], in place of random ones")
    parser.add_argument("--write-images", metavar="FILE.npy", help="write the images, as `vgnet run` reads them, and stop")
    parser.add_argument("--write-torchscript", metavar="FILE.pt", help="write the model as TorchScript for images of this batch and size, and stop")
    parser.add_argument("--check", metavar="LOGITS.npy", help="compare these logits of --images, written by `vgnet run`, with float64; measure nothing; exit 1 if they are too far")
    parser.add_argument("--limit", choices=tuple(LIMITS), default="fp32", help="the precision that --check allows for (default: fp32)")
    parser.add_argument("--output", metavar="FILE.json", help="written anew after each result")
    return parser.parse_args()


def write_results(path, device, results):
    """All at once, so that whoever ends this process leaves a whole file."""
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        json.dump({"torch": torch.__version__, "device": device, "results": results}, file, indent=2)
    os.replace(path + ".tmp", path)


def run(options):
    if options.batch < 1 or options.size < 1:
        raise Failure("--batch and --size must be at least 1")
    if options.images:
        images = read_array(options.images)
    else:
        shape = (options.batch, 3, options.size, options.size)
        images = np.random.default_rng(2).uniform(-1, 1, shape).astype(np.float32)
    if options.write_images:
        np.save(options.write_images, images)
        return 0
    if options.write_torchscript:
        if len(options.models) != 1:
            raise Failure("--write-torchscript needs one model")
        write_torchscript(options.models[0], images, options.write_torchscript)
        return 0
    if options.check:
        if not options.images or len(options.models) != 1:
            raise Failure("--check needs --images and one model")
        error = check(options.models[0], images, read_array(options.check))
        limit = LIMITS[options.limit]
        result = {"model": options.models[0], "error": error, "limit": limit, "passed": error <= limit}
        print(json.dumps(result))
        if options.output:
            write_results(options.output, "cpu", [result])
        return int(not result["passed"])
    if options.device == "cuda" and not torch.cuda.is_available():
        raise Failure("this PyTorch sees no GPU; --device cpu runs without one")
    device = torch.cuda.get_device_name() if options.device == "cuda" else "cpu"
    precisions = options.precision or (list(LIMITS) if options.device == "cuda" else ["fp32"])
    results = []
    for model in options.models:
        for result in measure(model, images, options.device, precisions, options.seconds, options.variant, options.parity):
            results.append(result)
            if options.output:
                write_results(options.output, device, results)
    return int(any("failure" in result for result in results))


if __name__ == "__main__":
    try:
        sys.exit(run(parse()))
    except Failure as failure:
        print(f"peer.py: {failure}", file=sys.stderr)
        sys.exit(2)
