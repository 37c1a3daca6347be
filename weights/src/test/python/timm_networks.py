#!/usr/bin/env python3
"""Golden cases of networks of the timm package, with the names that it gives tensors.

    timm_networks.py OUTPUT_DIRECTORY

Weights are made as for own_vgnets.py; small images keep the tests fast.
"""

import sys
from pathlib import Path

import timm
import torch
from torch import nn

import compact_golden
from own_vgnets import case

NAMES = {
    "densenet121": "densenet121",
    "efficientnet_b0": "efficientnet_b0",
    "ghostnet_x1_0": "ghostnet_100",
    "legacy_xception": "legacy_xception",
    "mnasnet1_0": "mnasnet_100",
    "mnasnet_a1": "semnasnet_100",
    "mobilenet_v2_x1_0": "mobilenetv2_100",
    "mobilenet_v3_large": "mobilenetv3_large_100",
    "mobilenet_v3_small": "mobilenetv3_small_100",
    "regnet_x_400mf": "regnetx_004_tv",
    "regnet_x_400mf_w384": "regnetx_004",
    "regnet_y_400mf": "regnety_004",
    "resnet18": "resnet18",
}
CLASSES = 10
GAIN = 1.25
IMAGES = (2, 3, 64, 64)


# VGG-16 with an eighth of the widths and no less than its image, which its head needs.
VGG = [8, 8, "M", 16, 16, "M", 24, 24, 24, "M", 32, 32, 32, "M", 32, 32, 32, "M"]
VGG_IMAGES = (2, 3, 224, 224)


def narrow_vgg() -> nn.Module:
    return timm.models.vgg.VGG(VGG, CLASSES, mlp_ratio=0.25, norm_layer=nn.BatchNorm2d)


def write(ours: str, theirs: str, net: nn.Module, images: tuple, output: Path):
    made = case("timm_" + ours, net, images, f"timm {timm.__version__} {theirs}", GAIN)
    compact_golden.write(made, output)


def main():
    output = Path(sys.argv[1])
    with torch.no_grad():
        for ours, theirs in NAMES.items():
            net = timm.create_model(theirs, num_classes=CLASSES)
            write(ours, theirs, net, IMAGES, output)
        write("vgg_custom", "VGG", narrow_vgg(), VGG_IMAGES, output)
    compact_golden.write_index(output)


if __name__ == "__main__":
    main()
