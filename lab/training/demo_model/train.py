"""Train the demo detector on rendered shards for a given time.

First on crops, which are cheap, then with `--full` on whole pictures, which is what the product feeds.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import torch
from dataset import Crops
from loss import detector_loss
from network import DemoDetector, grid_points
from torch import Tensor
from torch.utils.data import DataLoader

CROP_SIZE, FULL_SIZE = (192, 320), (384, 640)


class Average:
    """An exponential moving average of the weights: less noise than the weights of any one step."""

    def __init__(self, model: DemoDetector, decay: float) -> None:
        self.model = copy.deepcopy(model).eval()
        self._decay, self._steps = decay, 0

    @torch.no_grad()
    def update(self, model: DemoDetector) -> None:
        """Move towards the given weights, faster at the start."""
        self._steps += 1
        decay = min(self._decay, self._steps / (self._steps + 20))
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)


def learning_rate(share: float, peak: float) -> float:
    """Short warm-up, then a half cosine down to 2 percent; `share` is the elapsed fraction of the time."""
    if share < 0.03:
        return peak * max(share, 0.002) / 0.03
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (share - 0.03) / 0.97))))


def train(arguments: argparse.Namespace) -> None:
    """Run until the time is over; saves the averaged weights every few minutes."""
    torch.manual_seed(arguments.seed)
    model = DemoDetector().to(memory_format=torch.channels_last)
    if arguments.start is not None:
        model.load_state_dict(torch.load(arguments.start, weights_only=True))
    average = Average(model, 0.999)
    height, width = FULL_SIZE if arguments.full else CROP_SIZE
    scales = (0.85, 1.12) if arguments.full else (0.5, 1.35)
    loader = DataLoader(
        Crops(arguments.cache, height, width, scales, arguments.seed), arguments.batch, num_workers=1, prefetch_factor=4
    )
    points, strides = grid_points(height, width)
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=0.02)
    began, saved = time.monotonic(), time.monotonic()
    for step, (images, truth, ignored) in enumerate(loader, start=1):
        share = (time.monotonic() - began) / (60 * arguments.minutes)
        if share >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(share, arguments.rate)
        parts = _step(model, optimizer, images, truth, ignored, points, strides, arguments.bf16)
        average.update(model)
        if step % 50 == 0:
            line = " ".join(f"{name} {value:.3f}" for name, value in parts.items())
            print(
                f"{share:5.1%} step {step} {step * arguments.batch / (time.monotonic() - began):.0f}/s {line}",
                flush=True,
            )
        if time.monotonic() - saved > 180:
            torch.save(average.model.state_dict(), arguments.out)
            saved = time.monotonic()
    torch.save(average.model.state_dict(), arguments.out)


def _step(
    model: DemoDetector, optimizer: torch.optim.Optimizer, images: Tensor, truth: Tensor, ignored: Tensor,
    points: Tensor, strides: Tensor, bf16: bool,
) -> dict[str, float]:  # fmt: skip
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        raw = model(images.float().div_(255).contiguous(memory_format=torch.channels_last))
    loss, parts = detector_loss(raw.float(), points, strides, truth, ignored)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
    optimizer.step()
    return parts


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path, help="folder of shards, see cache.py; may still be growing")
    parser.add_argument("out", type=Path, help="where to write the weights")
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--full", action="store_true", help="whole pictures instead of crops")
    parser.add_argument("--bf16", action="store_true", help="bfloat16 where the processor has it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)  # the alignment of far-off boxes is near zero, and denormals are slow
    train(arguments)


if __name__ == "__main__":
    main()
