"""VGNetG, the variant with Gaussian downsampling, as a PyTorch module.

A block normalises after its activation (conv -> SiLU -> BN). In every stage one
half of the channels passes each block unchanged, under a different name.
Parameter names are those of the public VGNet checkpoints.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Config(NamedTuple):
    """Channels of the stem and the four stages, and layers of each stage."""

    channels: tuple[int, int, int, int, int]
    layers: tuple[int, int, int, int]


SIZES = {
    "1.0MP": Config((28, 56, 112, 224, 368), (4, 7, 13, 2)),
    "1.5MP": Config((32, 64, 128, 256, 512), (3, 7, 14, 2)),
    "2.0MP": Config((32, 72, 168, 376, 512), (3, 6, 13, 2)),
    "2.5MP": Config((32, 80, 192, 400, 544), (3, 6, 16, 2)),
}


def unit(inp: int, oup: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    """Convolution, activation, then normalisation."""
    return nn.Sequential(
        nn.Conv2d(inp, oup, kernel, stride, kernel // 2, bias=False),
        nn.SiLU(),
        nn.BatchNorm2d(oup),
    )


def depthwise(channels: int) -> nn.Conv2d:
    """A 3x3 convolution of each channel with a kernel of its own."""
    return nn.Conv2d(channels, channels, 3, 1, 1, groups=channels, bias=False)


class Blur(nn.Module):
    """Halves the image with a fixed, normalised 3x3 Gaussian of sigma 1."""

    def __init__(self, channels: int):
        super().__init__()
        line = torch.exp(-torch.tensor([-1.0, 0.0, 1.0]) ** 2 / 2)
        line = line / line.sum()
        kernel = torch.outer(line, line).expand(channels, 1, 3, 3)
        self.register_buffer("weight", kernel.clone())

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight, stride=2, padding=1, groups=x.shape[1])


class Downsampling(nn.Module):
    """Halves the image; keeps some channels as they are, computes the others from all."""

    def __init__(self, inp: int, oup: int):
        super().__init__()
        self.kept = 0 if inp > oup else min(oup // 2, inp)
        self.recut = inp > oup or oup > 2 * inp
        self.downsample = Blur(inp)
        self.conv1x1 = unit(inp, oup - self.kept)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.downsample(x)
        kept = x[:, x.shape[1] - self.kept:]
        made = self.conv1x1(x)
        if self.recut:
            kept, made = torch.cat((kept, made), 1).chunk(2, 1)
        return kept, made


class HalfIdentity(nn.Module):
    """Filters the second half of the channels, then makes a new half out of both."""

    def __init__(self, channels: int):
        super().__init__()
        self.half3x3 = depthwise(channels // 2)
        self.conv1x1 = unit(channels, channels // 2)

    def forward(self, halves: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        a, b = halves
        return b, self.conv1x1(torch.cat((a, self.half3x3(b)), 1))


class Join(nn.Module):
    """Ends a stage: the two halves as one tensor again."""

    def forward(self, halves: tuple[Tensor, Tensor]) -> Tensor:
        return torch.cat(halves, 1)


class VGNetG(nn.Module):
    """The network: images [N, 3, H, W] in, logits [N, num_classes] out."""

    def __init__(self, config: Config, num_classes: int):
        super().__init__()
        channels, layers = config
        self.features = nn.Sequential()
        self.features.add_module("stem", unit(3, channels[0], kernel=3, stride=2))
        for k in range(4):
            width = channels[k + 1]
            stage = nn.Sequential(
                Downsampling(channels[k], width),
                *(HalfIdentity(width) for _ in range(layers[k] - 1)),
                Join(),
            )
            self.features.add_module(f"stage{k + 1}", stage)
        last = channels[4]
        self.features.stage4.append(nn.Sequential(depthwise(last), unit(last, last)))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, num_classes))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))
