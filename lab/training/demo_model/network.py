"""The demo detector: a small convolutional network with three scales and one box per grid point.

Plain building blocks from the literature: residual bottlenecks, a feature pyramid, anchor-free points, and box sides
as distributions over bins (generalized focal loss, Li et al. 2020), whose mean gives a position finer than a pixel.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
BINS = 16  # a box side is a mean over 0..15 strides
CLASSES = 4


def conv(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, SiLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs), nn.SiLU(inplace=True)
    )


class Residual(nn.Module):
    """x + two convolutions, narrower in between."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(channels, inner), conv(inner, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out as in."""
        return x + self.body(x)


class Head(nn.Module):
    """From one scale's features to box-side distributions and class scores."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.boxes = nn.Sequential(conv(channels, channels), nn.Conv2d(channels, 4 * BINS, 1))
        self.classes = nn.Sequential(conv(channels, 32), nn.Conv2d(32, CLASSES, 1))
        nn.init.constant_(self.classes[-1].bias, -4.5)  # nearly every point is background

    def forward(self, x: Tensor) -> Tensor:
        """(B, 4 * BINS + CLASSES, H * W)."""
        return torch.cat([self.boxes(x), self.classes(x)], dim=1).flatten(2)


class DemoDetector(nn.Module):
    """images (B, 3, H, W), RGB 0..1, H and W multiples of 32 -> raw predictions (B, N, 4 * BINS + CLASSES)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, stride=2), conv(16, 32, stride=2))
        self.stage8 = nn.Sequential(conv(32, 48, stride=2), Residual(48, 32), Residual(48, 32))
        self.stage16 = nn.Sequential(conv(48, 96, stride=2), Residual(96, 48), Residual(96, 48))
        self.stage32 = nn.Sequential(conv(96, 128, stride=2), Residual(128, 64), Residual(128, 64))
        self.lateral32, self.lateral16, self.lateral8 = conv(128, 64, 1), conv(96, 64, 1), conv(48, 48, 1)
        self.smooth16, self.smooth8 = conv(64, 64), conv(48, 48)
        self.down16 = conv(64, 48, 1)
        self.heads = nn.ModuleList([Head(48), Head(64), Head(64)])

    def forward(self, images: Tensor) -> Tensor:
        """Raw predictions of all scales, fine to coarse."""
        at8 = self.stage8(self.stem(images))
        at16 = self.stage16(at8)
        top = self.lateral32(self.stage32(at16))
        middle = self.smooth16(self.lateral16(at16) + functional.interpolate(top, scale_factor=2.0))
        fine = self.smooth8(self.lateral8(at8) + functional.interpolate(self.down16(middle), scale_factor=2.0))
        parts = [head(x) for head, x in zip(self.heads, (fine, middle, top), strict=True)]
        return torch.cat(parts, dim=2).transpose(1, 2)


def grid_points(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Pixel positions (N, 2) of all grid points and their strides (N,)."""
    points, strides = [], []
    for stride in STRIDES:
        ys, xs = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        points.append((torch.stack([xs, ys], dim=-1).reshape(-1, 2).float() + 0.5) * stride)
        strides.append(torch.full((len(points[-1]),), float(stride)))
    return torch.cat(points), torch.cat(strides)


def decode(raw: Tensor, points: Tensor, strides: Tensor) -> Tensor:
    """Boxes (B, N, 4) left, top, right, bottom in pixels from raw predictions."""
    bins = torch.arange(BINS, dtype=torch.float32)
    logits = raw[..., : 4 * BINS].float().unflatten(-1, (4, BINS))
    sides = (logits.softmax(dim=-1) * bins).sum(dim=-1) * strides[:, None]
    return torch.cat([points - sides[..., :2], points + sides[..., 2:]], dim=-1)
