"""Assignment of vehicles to grid points, and the loss of their predictions.

Assignment by task alignment (TOOD, Feng et al. 2021): the points whose class score and box agree best with a vehicle
learn it, so that at run time the highest score has the best box.
"""

import torch
from network import BINS, CLASSES, decode
from torch import Tensor
from torch.nn import functional

TOP_POINTS = 10


def pair_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of broadcastable boxes (..., 4)."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    overlap = (high - low).clamp(min=0).prod(dim=-1)
    area_a, area_b = ((k[..., 2:] - k[..., :2]).clamp(min=0).prod(dim=-1) for k in (a, b))
    return overlap / (area_a + area_b - overlap + 1e-6)


def pair_giou(a: Tensor, b: Tensor) -> Tensor:
    """Generalized IoU of boxes (n, 4), Rezatofighi et al. 2019."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    overlap = (high - low).clamp(min=0).prod(dim=-1)
    area_a, area_b = ((k[..., 2:] - k[..., :2]).clamp(min=0).prod(dim=-1) for k in (a, b))
    union = area_a + area_b - overlap + 1e-6
    outer = (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).clamp(min=0).prod(dim=-1)
    return overlap / union - (outer - union) / (outer + 1e-6)


@torch.no_grad()
def assign(scores: Tensor, boxes: Tensor, points: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Per point the assigned vehicle (B, N; -1 none) and the target score (B, N).

    `truth` is (B, M, 5) class, left, top, right, bottom; class -1 fills up.
    """
    real = truth[..., 0] >= 0
    classes = truth[..., 0].clamp(min=0).long()
    offset_low = points[None, None] - truth[:, :, None, 1:3]
    offset_high = truth[:, :, None, 3:5] - points[None, None]
    within = torch.cat([offset_low, offset_high], dim=-1).amin(dim=-1) > 0.5
    within &= real[..., None]
    iou = pair_iou(boxes[:, None], truth[:, :, None, 1:]) * within
    score = scores.transpose(1, 2).gather(1, classes[..., None].expand(-1, -1, scores.shape[1]))
    alignment = score.sqrt() * iou.pow(6) * within + 1e-9 * within
    best = alignment.topk(min(TOP_POINTS, alignment.shape[-1]), dim=-1)
    chosen = torch.zeros_like(alignment).scatter_(-1, best.indices, 1.0) * within
    owner = (iou * chosen + chosen * 1e-6).argmax(dim=1)
    taken = chosen.amax(dim=1) > 0
    mine = chosen * torch.nn.functional.one_hot(owner, truth.shape[1]).transpose(1, 2)
    peak = (alignment * mine).amax(dim=-1, keepdim=True).clamp(min=1e-12)
    peak_iou = (iou * mine).amax(dim=-1, keepdim=True)
    quality = (alignment * mine / peak * peak_iou).amax(dim=1)
    return torch.where(taken, owner, -1), quality * taken


def detector_loss(
    raw: Tensor, points: Tensor, strides: Tensor, truth: Tensor, ignored: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Mean loss of a batch; `ignored` (B, K, 4) are areas without loss for missing or extra predictions."""
    boxes = decode(raw, points, strides)
    logits = raw[..., 4 * BINS :].float()
    owner, quality = assign(logits.detach().sigmoid(), boxes.detach(), points, truth)
    positive = owner >= 0
    picked = truth.gather(1, owner.clamp(min=0)[..., None].expand(-1, -1, 5))
    wanted = functional.one_hot(picked[..., 0].clamp(min=0).long(), CLASSES) * (quality * positive)[..., None]
    excused = _covered(points, ignored) & ~positive
    normal = quality[positive].sum().clamp(min=1.0)
    per_class = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").sum(dim=-1)
    class_loss = per_class[~excused].sum() / normal
    if not positive.any():
        return class_loss, {"class": float(class_loss.detach())}
    weight = quality[positive] + 0.05
    box_loss = ((1 - pair_giou(boxes[positive], picked[positive][:, 1:])) * weight).sum() / normal
    spread = strides.expand(len(raw), -1)[positive][:, None]
    at = points.expand(len(raw), -1, -1)[positive]
    sides = torch.cat([at - picked[positive][:, 1:3], picked[positive][:, 3:] - at], dim=-1) / spread
    bins_loss = (_bins_loss(raw[positive][:, : 4 * BINS].float(), sides) * weight).sum() / normal
    # An error in pixels weighs the same on a bus and on a motorcycle: dwell depends on edges, not on overlap.
    edges = functional.smooth_l1_loss(boxes[positive], picked[positive][:, 1:], reduction="none", beta=1.0).mean(dim=-1)
    edge_loss = (edges.clamp(max=20) * weight).sum() / normal
    total = class_loss + 2.0 * box_loss + 0.5 * bins_loss + 0.25 * edge_loss
    named = {"class": class_loss, "box": box_loss, "bins": bins_loss, "edges": edge_loss}
    return total, {n: float(v.detach()) for n, v in named.items()}


def _bins_loss(logits: Tensor, sides: Tensor) -> Tensor:
    """Cross entropy with the two bins around the true side, weighted by nearness (distribution focal loss)."""
    target = sides.clamp(0, BINS - 1 - 0.01)
    low = target.floor()
    share = target - low
    flat = logits.reshape(-1, BINS)
    at_low = functional.cross_entropy(flat, low.long().reshape(-1), reduction="none").view_as(share)
    at_high = functional.cross_entropy(flat, low.long().reshape(-1) + 1, reduction="none").view_as(share)
    return (at_low * (1 - share) + at_high * share).mean(dim=-1)


def _covered(points: Tensor, areas: Tensor) -> Tensor:
    """Which points (B, N) lie in one of the areas (B, K, 4)."""
    low = (points[None, :, None] >= areas[:, None, :, :2]).all(dim=-1)
    high = (points[None, :, None] <= areas[:, None, :, 2:]).all(dim=-1)
    return (low & high).any(dim=-1)
