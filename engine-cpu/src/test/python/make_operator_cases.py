"""Writes operators.json: what PyTorch computes for each operator on small random inputs."""

import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(1)


def case(name, x, tensors, y):
    def flat(t):
        return {"shape": list(t.shape), "values": t.reshape(-1).tolist()}

    return {
        "name": name,
        "inputs": [flat(t) for t in x],
        "tensors": {key: flat(t) for key, t in tensors.items()},
        "output": flat(y),
    }


def rand(*shape):
    return torch.randint(-128, 129, shape).double() / 64


def convolution(name, x, weight, bias, stride, padding, groups):
    y = F.conv2d(x, weight, bias, stride, padding, 1, groups)
    return case(name, [x], {"weight": weight, "bias": bias}, y)


x = rand(2, 6, 5, 4)
cases = [
    convolution("conv 3x3 s1 p1", x, rand(4, 6, 3, 3), rand(4), 1, 1, 1),
    convolution("conv 3x3 s2 p1 g2", x, rand(4, 3, 3, 3), rand(4), 2, 1, 2),
    convolution("conv 5x5 s2 p2", x, rand(3, 6, 5, 5), rand(3), 2, 2, 1),
    convolution("conv 1x1 s2 p0", x, rand(3, 6, 1, 1), rand(3), 2, 0, 1),
    convolution("conv 3x3 s3 p0", x, rand(3, 6, 3, 3), rand(3), 3, 0, 1),
    convolution("depthwise 3x3 s2 p1", x, rand(6, 1, 3, 3), rand(6), 2, 1, 6),
    convolution("depthwise 5x5 s1 p2", x, rand(6, 1, 5, 5), rand(6), 1, 2, 6),
]
shared = rand(3, 1, 3, 3)
shared_y = torch.cat([F.conv2d(h, shared, None, 1, 1, 1, 3) for h in x.chunk(2, 1)], 1)
cases.append(case("shared depthwise 3x3 s1 p1", [x], {"weight": shared}, shared_y))
norm = {"weight": rand(6), "bias": rand(6), "mean": rand(6), "variance": rand(6).abs()}
cases.append(
    case(
        "batch norm",
        [x],
        norm,
        F.batch_norm(
            x, norm["mean"], norm["variance"], norm["weight"], norm["bias"], False, 0.0, 1e-3
        ),
    )
)
wide = 3 * x
for name, function in {
    "RELU": F.relu,
    "RELU6": F.relu6,
    "SILU": F.silu,
    "SIGMOID": torch.sigmoid,
    "HARDSWISH": F.hardswish,
    "HARDSIGMOID": F.hardsigmoid,
}.items():
    cases.append(case("activation " + name, [wide], {}, function(wide)))
other, gate = rand(2, 6, 5, 4), rand(2, 6, 1, 1)
weight, bias = rand(4, 6 * 5 * 4), rand(4)
cases += [
    case("add", [x, other], {}, x + other),
    case("multiply", [x, other], {}, x * other),
    case("multiply per channel", [x, gate], {}, x * gate),
    case("concat", [x, other], {}, torch.cat([x, other], 1)),
    case("slice 2 5", [x], {}, x[:, 2:5]),
    case("channel shuffle 2", [x], {}, torch.nn.ChannelShuffle(2)(x)),
    case("max pool 3 2 1", [x], {}, F.max_pool2d(x, 3, 2, 1)),
    case("max pool 2 2 0", [x], {}, F.max_pool2d(x, 2, 2, 0)),
    case("average pool 2 2", [x], {}, F.avg_pool2d(x, 2, 2)),
    case("adaptive average pool 2", [x], {}, F.adaptive_avg_pool2d(x, 2)),
    case("adaptive average pool 3", [x], {}, F.adaptive_avg_pool2d(x, 3)),
    case("adaptive average pool 7", [x], {}, F.adaptive_avg_pool2d(x, 7)),
    case("global average pool", [x], {}, F.adaptive_avg_pool2d(x, 1)),
    case("linear", [x], {"weight": weight, "bias": bias}, F.linear(x.flatten(1), weight, bias)),
]
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(cases, file)
