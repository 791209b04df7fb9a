"""What was counted: the videos and how much of them was analysed, the zones and gates, and what the columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onwatch_aggregator.reports.parts import clock_time
from onwatch_aggregator.reports.workbook.sheet import Sheet
from onwatch_contracts.site import Gate, Movement, Site, SiteZone
from onwatch_contracts.tables import CountsTable
from onwatch_contracts.values import Anchor
from onwatch_counting.site import Span

_WIDTHS = (28, 28, 28, 18, 40)
_ANCHORS = {Anchor.BOTTOM_CENTER: "bottom centre of the box", Anchor.CENTER: "centre of the box"}
_MEANINGS = {
    "gates": "A vehicle is counted at the time when it passes the gate, once the whole of it is beyond.",
    "zones": "A vehicle is counted at the time when it enters the zone.",
    "movements": "A vehicle is counted at the time when it passes the last gate of the movement.",
}
_COLUMNS = (
    "not observed: nothing of the interval was analysed. 0: it was analysed, and nothing came.",
    "analysed: share of the interval of which the pictures were analysed.",
    "Peak hour: the consecutive intervals of one hour with the most vehicles, among those analysed completely.",
    "Peak hour factor (PHF): vehicles of the peak hour / (number of its intervals x vehicles of its busiest interval).",
    "Heavy vehicles: share among vehicles whose type is known.",
)
_FLOWS = "Flows: a vehicle belongs to the first and the last place that it passed; with fewer than two it has none."


@dataclass(frozen=True)
class VideoCounted:
    """A video of the table."""

    video_id: str
    site: Site
    end_s: float
    observed: tuple[Span, ...]
    """The parts that were analysed, in order."""


def write_about(sheet: Sheet, table: CountsTable, videos: Sequence[VideoCounted]) -> None:
    sheet.line("What was counted", style="title")
    sheet.row += 1
    _write_videos(sheet, videos)
    sites = list({video.site.model_dump_json(exclude={"recorded_at"}): video.site for video in videos}.values())
    for number, site in enumerate(sites, 1):
        suffix = f" ({number} of {len(sites)}: they differ between the videos)" if len(sites) > 1 else ""
        _write_site(sheet, site, suffix)
    sheet.put(0, "How to read it", "heading")
    sheet.row += 1
    for text in (_MEANINGS[table.counted], *_COLUMNS, _FLOWS, *table.notes):
        sheet.put(0, text, "text")
        sheet.row += 1
    for column, width in enumerate(_WIDTHS):
        sheet.sheet.set_column(column, column, width)


def _write_videos(sheet: Sheet, videos: Sequence[VideoCounted]) -> None:
    sheet.headings("Video", "From", "To", "Analysed (%)", "Not analysed")
    for video in videos:
        start, end = (_time(video.site, at_s) for at_s in (0.0, video.end_s))
        missing = _missing(video)
        share = 1 - sum(until_s - since_s for since_s, until_s in missing) / video.end_s if video.end_s else 0.0
        gaps = ", ".join(f"{_time(video.site, since_s)} - {_time(video.site, until_s)}" for since_s, until_s in missing)
        for column, text in enumerate((video.video_id, start, end)):
            sheet.put(column, text, "text")
        sheet.put(3, min(1.0, max(0.0, share)), "percent")
        sheet.put(4, gaps or "nothing", "text")
        sheet.row += 1
    sheet.row += 1


def _write_site(sheet: Sheet, site: Site, suffix: str) -> None:
    _write_items(
        sheet, f"Gates{suffix}", ("Gate", "Forward", "Backward", "Counted by", "Types"), map(_gate, site.gates)
    )
    _write_items(sheet, f"Zones{suffix}", ("Zone", "Counted by", "Types"), map(_zone, site.zones))
    names = {gate.gate_id: gate for gate in site.gates}
    movements = [_movement(one, names) for one in site.movements]
    _write_items(sheet, f"Movements{suffix}", ("Movement", "Gates in their order"), movements)


def _write_items(sheet: Sheet, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    found = list(rows)
    if not found:
        return
    sheet.put(0, title, "heading")
    sheet.row += 1
    sheet.headings(*headings)
    for row in found:
        for column, text in enumerate(row):
            sheet.put(column, text, "text")
        sheet.row += 1
    sheet.row += 1


def _gate(gate: Gate) -> Sequence[str]:
    return gate.name, gate.forward_name, gate.backward_name, _ANCHORS[gate.anchor], _types(gate)


def _zone(zone: SiteZone) -> Sequence[str]:
    return zone.name, _ANCHORS[zone.anchor], _types(zone)


def _movement(movement: Movement, gates: dict[str, Gate]) -> Sequence[str]:
    steps = []
    for step in movement.steps:
        gate = gates[step.gate_id]
        directions = {"forward": f" ({gate.forward_name})", "backward": f" ({gate.backward_name})"}
        steps.append(gate.name + directions.get(step.direction or "", ""))
    return movement.name, ", ".join(steps)


def _types(item: Gate | SiteZone) -> str:
    return "all" if item.vehicle_types is None else ", ".join(item.vehicle_types)


def _missing(video: VideoCounted) -> list[Span]:
    """What was not analysed."""
    found, at_s = [], 0.0
    for since_s, until_s in (*video.observed, (video.end_s, video.end_s)):
        if since_s > at_s:
            found.append((at_s, since_s))
        at_s = max(at_s, until_s)
    return found


def _time(site: Site, at_s: float) -> str:
    """By the clock, or since the start of the video."""
    at = clock_time(site, at_s)
    if at is not None:
        return f"{at:%Y-%m-%d %H:%M:%S}"
    minutes, second = divmod(round(at_s), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"
