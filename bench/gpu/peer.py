#!/usr/bin/env python3
"""Runs a weight file of this engine in PyTorch: a peer to be measured against, and a witness.

Reads the file's header (safetensors with the graph as JSON) and runs the graph node by node, as
PyTorch's own operators. Needs numpy and torch.
"""
import argparse
import copy
import json
import statistics
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
FUNCTIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
}
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
            tensors[name] = torch.from_numpy(data.astype(np.float32).reshape(entry["shape"]))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise Failure(f"{path} is no weight file of this engine: {error!r}") from error
    return graph, tensors


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
            weight, channels = self.tensor(node, "weight"), x.shape[1]
            weight = weight.repeat(channels // weight.shape[0], 1, 1, 1)
            return F.conv2d(x, weight, self.tensor(node, "bias"),
                            node["stride"], node["padding"], 1, channels)
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
    """Of single runs, after a warm-up of the same length; device time where there is a GPU."""
    def timed():
        if cuda:
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            call()
            end.record()
            end.synchronize()
            return start.elapsed_time(end)
        start = time.perf_counter()
        call()
        return (time.perf_counter() - start) * 1e3

    for counted in (False, True):
        times, until = [], time.perf_counter() + seconds
        while len(times) < 5 or time.perf_counter() < until:
            times.append(timed())
    return statistics.median(times)


def set_precision(precision):
    torch.backends.cuda.matmul.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.benchmark = True


def measure(path, images, device, precisions, seconds, names):
    graph, tensors = read_model(path)
    with torch.inference_mode():
        exact = Network(graph, tensors).double()(torch.from_numpy(images).double()).numpy()
    results = []
    for precision in precisions:
        set_precision(precision)
        kind = torch.float16 if precision == "fp16" else torch.float32
        model = Network(graph, tensors).eval().to(device, kind)
        pixels = torch.from_numpy(images).to(device, kind)
        for name, make in variants(model, pixels):
            if names and name not in names:
                continue
            result = {"model": path, "precision": precision, "variant": name, "batch": len(images)}
            try:
                with torch.inference_mode():
                    call = make()
                    result["error"] = difference(exact, call().float().cpu().numpy())
                    result["medianMillis"] = median_millis(call, device == "cuda", seconds)
            except RuntimeError as error:  # One variant that fails must not hide the others.
                result["failure"] = str(error).strip().splitlines()[0]
            results.append(result)
            print(json.dumps(result), flush=True)
    return results


def check(path, images, logits):
    """Whether logits that the engine wrote are those of PyTorch in float64."""
    graph, tensors = read_model(path)
    with torch.inference_mode():
        exact = Network(graph, tensors).double()(torch.from_numpy(images).double()).numpy()
    return difference(exact, logits)


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
    parser.add_argument("--precision", nargs="+", choices=tuple(LIMITS), help="default: all on a GPU, fp32 on a CPU")
    parser.add_argument("--variant", nargs="+", help="only these ways to run, by their names in the results")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--size", type=int, default=224, help="height and width of the images")
    parser.add_argument("--seconds", type=float, default=2, help="of warm-up, and again of measurement")
    parser.add_argument("--images", metavar="FILE.npy", help="[N, 3, H, W], in place of random ones")
    parser.add_argument("--write-images", metavar="FILE.npy", help="write the images, as `vgnet run` reads them, and stop")
    parser.add_argument("--write-torchscript", metavar="FILE.pt", help="write the model as TorchScript for images of this batch and size, and stop")
    parser.add_argument("--check", metavar="LOGITS.npy", help="compare these logits of --images, written by `vgnet run`, with float64; measure nothing; exit 1 if they are too far")
    parser.add_argument("--limit", choices=tuple(LIMITS), default="fp32", help="the precision that --check allows for (default: fp32)")
    parser.add_argument("--output", metavar="FILE.json")
    return parser.parse_args()


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
    missed = False
    if options.check:
        if not options.images or len(options.models) != 1:
            raise Failure("--check needs --images and one model")
        error = check(options.models[0], images, read_array(options.check))
        missed = not error <= LIMITS[options.limit]
        results = [{"model": options.models[0], "error": error, "limit": LIMITS[options.limit], "passed": not missed}]
        print(json.dumps(results[0]))
    else:
        if options.device == "cuda" and not torch.cuda.is_available():
            raise Failure("this PyTorch sees no GPU; --device cpu runs without one")
        precisions = options.precision or (list(LIMITS) if options.device == "cuda" else ["fp32"])
        results = [result for model in options.models for result in
                   measure(model, images, options.device, precisions, options.seconds, options.variant)]
        missed = any("failure" in result for result in results)
    if options.output:
        device = torch.cuda.get_device_name() if options.device == "cuda" and not options.check else "cpu"
        with open(options.output, "w", encoding="utf-8") as file:
            json.dump({"torch": torch.__version__, "device": device, "results": results}, file, indent=2)
    return int(missed)


if __name__ == "__main__":
    try:
        sys.exit(run(parse()))
    except Failure as failure:
        print(f"peer.py: {failure}", file=sys.stderr)
        sys.exit(2)
