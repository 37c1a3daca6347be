#!/usr/bin/env python3
"""Golden cases of VGNets that are built here: the 5.0MP and 32x32 forms, custom widths, odd sizes.

    own_vgnets.py OUTPUT_DIRECTORY

Runs the module of weights/train/vgnet.py, which is independent of the engine, in float64 on
weights made by the rule that RuleWeights.java states, and writes the format of compact_golden.py.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import compact_golden

sys.path.insert(0, str(Path(__file__).parents[3] / "train"))
from vgnet import SIZES, Blur, Config, Downsampling, HalfIdentity, VGNetG  # noqa: E402

MASK = (1 << 64) - 1
GAIN = 2.0**0.5


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        squeezed = max(8, int(channels // 4 + 4) // 8 * 8)
        if squeezed < 0.9 * (channels // 4):
            squeezed += 8
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.act = nn.SiLU()
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.expand(self.act(self.reduce(x.mean((2, 3), keepdim=True))))
        return x * torch.sigmoid(y)


class Learned(nn.Conv2d):
    """A depthwise convolution in place of a blur."""

    def __init__(self, channels: int, stride: int):
        super().__init__(channels, channels, 3, stride, 1, groups=channels, bias=False)


def blocks(net: nn.Module):
    return [m for m in net.modules() if isinstance(m, (Downsampling, HalfIdentity))]


def with_squeeze_excite(net: VGNetG) -> VGNetG:
    for block in blocks(net):
        block.conv1x1 = nn.Sequential(block.conv1x1, SqueezeExcite(block.conv1x1[2].num_features))
    return net


def for_thumbnails(net: VGNetG) -> VGNetG:
    net.features.stem[0].stride = (1, 1)
    first = net.features.stage1[0]
    first.downsample = Learned(first.downsample.weight.shape[0], stride=1)
    return net


def with_learned_downsampling(net: VGNetG) -> VGNetG:
    for block in blocks(net):
        if isinstance(getattr(block, "downsample", None), Blur):
            block.downsample = Learned(block.downsample.weight.shape[0], stride=2)
    return net


def uniform(key: str, count: int) -> np.ndarray:
    h = 0xCBF29CE484222325
    for byte in key.encode():
        h = (h ^ byte) * 0x100000001B3 & MASK
    z = np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(h)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def role(key: str, tensor: Tensor, fixed: set) -> str:
    if key in fixed:
        return "fixed"
    last = key.rpartition(".")[2]
    names = {"bias": "bias", "running_mean": "mean", "running_var": "var"}
    if last == "weight":
        return "weight" if tensor.dim() > 1 else "gamma"
    return names.get(last, "int")


def values(key: str, tensor: Tensor, kind: str, gain: float) -> Tensor:
    u = uniform(key, tensor.numel())
    fan_in = tensor[0].numel() if tensor.dim() > 1 else 1
    made = {
        "weight": (2.0 * u - 1.0) * ((3.0 / fan_in) ** 0.5 * gain),
        "gamma": 0.75 + 0.5 * u,
        "bias": 0.2 * (2.0 * u - 1.0),
        "mean": 0.2 * (2.0 * u - 1.0),
        "var": 0.5 + u,
    }[kind]
    return torch.from_numpy(made.astype(np.float32)).reshape(tensor.shape)


def fill(net: nn.Module, gain: float) -> list:
    fixed = {name + ".weight" for name, m in net.named_modules() if isinstance(m, Blur)}
    state = net.state_dict()
    keys = [(key, list(t.shape), "", role(key, t, fixed)) for key, t in state.items()]
    for key, _, _, kind in keys:
        if kind not in ("fixed", "int"):
            state[key] = values(key, state[key], kind, gain)
    net.load_state_dict(state)
    return keys


def checksums(name: str, y: Tensor) -> list:
    flat = y.flatten()
    rms = flat.square().mean().sqrt()
    return [name, None, *(v.item() for v in (flat.mean(), rms, flat[0], flat[-1]))]


def observe(net: nn.Module, stages: list, macs: list):
    def hook(name):
        def record(module, _, y):
            for k, part in enumerate(y if isinstance(y, tuple) else [y]):
                stages.append(checksums(name + (f"#{k}" if isinstance(y, tuple) else ""), part))
            weight = getattr(module, "weight", None)
            if weight is not None and weight.dim() > 1:
                macs.append(y[0].numel() * weight[0].numel())

        return record

    for name, module in net.named_modules():
        # A dropout computes nothing, and activations are seen in what follows them.
        if name and not isinstance(module, (nn.Dropout, nn.SiLU)):
            module.register_forward_hook(hook(name))


def case(name: str, net: nn.Module, shape: tuple, reference: str, gain: float) -> dict:
    net.eval()
    keys = fill(net, gain)
    x = torch.from_numpy(2.0 * uniform("input", int(np.prod(shape))) - 1.0).reshape(shape)
    single = net(x.float())
    net.double()
    stages, macs = [], []
    observe(net, stages, macs)
    logits = net(x)
    blurs = [key for key, _, _, kind in keys if kind == "fixed"]
    state = net.state_dict()
    return {
        "name": name,
        "reference": reference,
        "gain": gain,
        "input_shape": shape,
        "params_learnable": sum(p.numel() for p in net.parameters()),
        "macs": sum(macs),
        "logits_std": logits.std().item(),
        "max_abs_err_f32": (single.double() - logits).abs().max().item(),
        "fixed": [{"keys": [k], "values": state[k][0].flatten().tolist()} for k in blurs],
        "keys": keys,
        "stages": stages,
        "logits_f64": logits.tolist(),
    }


def main():
    output = Path(sys.argv[1])
    large = Config((32, 88, 216, 456, 856), (4, 7, 15, 5))
    small = Config((16, 32, 64, 128, 192), (2, 3, 4, 2))
    uneven = Config((24, 16, 50, 38, 40), (1, 2, 1, 3))
    one = SIZES["1.0MP"]
    cases = [
        ("vgnetg_5_0mp_public", VGNetG(large, 10), (1, 3, 161, 97)),
        ("vgnetg_5_0mp_se_public", with_squeeze_excite(VGNetG(large, 10)), (1, 3, 64, 64)),
        ("vgnetg_1_0mp_thumbnail_public", for_thumbnails(VGNetG(one, 100)), (2, 3, 32, 32)),
        (
            "vgnetg_1_0mp_se_thumbnail_public",
            with_squeeze_excite(for_thumbnails(VGNetG(one, 10))),
            (2, 3, 32, 32),
        ),
        (
            "vgnetc_1_0mp_thumbnail_public",
            for_thumbnails(with_learned_downsampling(VGNetG(one, 10))),
            (2, 3, 32, 32),
        ),
        ("vgnetg_custom_public", VGNetG(small, 12), (3, 3, 97, 161)),
        ("vgnetg_custom_public__uneven", VGNetG(uneven, 3), (2, 3, 33, 5)),
    ]
    with torch.no_grad():
        for name, net, shape in cases:
            made = case("own_" + name, net, shape, "weights/train/vgnet.py", GAIN)
            compact_golden.write(made, output)
    compact_golden.write_index(output)


if __name__ == "__main__":
    main()
