"""Draws small plots as SVG, in the colours of the page."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from html import escape as html_escape

from ..report.escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 260, 64
MARGIN = 6
MONTHS = 12
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def line_plot(name: str, points: Sequence[tuple[str, float]]) -> str:
    """A line through the (version, value) pairs, from left to right; "" for fewer than two."""
    if len(points) < 2:
        return ""
    values = [value for _, value in points]
    low, high = min(values), max(values)
    step = (WIDTH - 2 * MARGIN) / (len(points) - 1)
    places = [
        (
            MARGIN + number * step,
            HEIGHT / 2
            if high == low
            else HEIGHT - MARGIN - (value / 2 - low / 2) / (high / 2 - low / 2) * (HEIGHT - 2 * MARGIN),
        )
        for number, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(
        f"<circle cx={x:.1f} cy={y:.1f} r=3><title>{_text(version)}: {value:g}</title></circle>"
        for (x, y), (version, value) in zip(places, points, strict=True)
    )
    (first, first_value), (last, last_value) = points[0], points[-1]
    told = f"{_text(name)} from {first_value:g} ({_text(first)}) to {last_value:g} ({_text(last)})"
    return (
        f"<figure class=plot><figcaption>{_text(name)} <b>{last_value:g}</b> <span class=quiet>{low:g} to {high:g}"
        f'</span></figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role=img aria-label="{told}">'
        f'<polyline points="{line}"/>{dots}</svg></figure>'
    )


def number_of(text: str) -> float | None:
    """The value of a trailer as a finite number, None for any other text."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def months_chart(months: Mapping[str, int], now: int) -> str:
    """A bar for each of the twelve months that end with the second `now`."""
    names = _last_months(now)
    counts = [months.get(name, 0) for name in names]
    highest = max(counts) or 1
    width, height, bar = 360, 124, 30
    bars = "".join(
        f"<g><title>{name}: {count}</title><rect x={number * bar + 4} y={height - 20 - 80 * count / highest:.1f} "
        f"width={bar - 8} height={80 * count / highest:.1f} rx=2></rect>"
        f"<text x={number * bar + bar / 2:g} y={height - 4}>{NAMES[int(name[5:]) - 1]}</text>"
        + (
            f"<text x={number * bar + bar / 2:g} y={height - 24 - 80 * count / highest:.1f}>{count}</text>"
            if count
            else ""
        )
        + "</g>"
        for number, (name, count) in enumerate(zip(names, counts, strict=True))
    )
    told = f"{sum(counts)} events in the twelve months from {names[0]} to {names[-1]}, at most {max(counts)} in one"
    base = f"<line x1=0 x2={width} y1={height - 19.5} y2={height - 19.5} />"
    return f'<svg class=months viewBox="0 0 {width} {height}" role=img aria-label="{told}">{base}{bars}</svg>'


def _last_months(now: int) -> list[str]:
    moment = datetime.fromtimestamp(now, UTC)
    last = moment.year * 12 + moment.month - 1
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(last - MONTHS + 1, last + 1)]


def _text(text: str) -> str:
    return html_escape(escape(text))
