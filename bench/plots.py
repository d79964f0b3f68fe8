"""Draws plots as SVG without a library, which a few bars and lines do not need."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, LABELS, BAR, GAP, TOP = 720, 150, 18, 10, 44
FONT = 'font-family="sans-serif" font-size="12"'
GOOD, BAD, GREY = "#2a7f62", "#b3412e", "#6b6b6b"
COLOURS = ("#2a7f62", "#1f5fa8", "#b3412e")


def bars(title: str, values: Sequence[tuple[str, float]], *, limit: float) -> str:
    """Horizontal bars with their figures; those above `limit` have another colour, and too long ones are cut."""
    longest = 2 * limit
    scale = (WIDTH - LABELS - 90) / longest
    height = TOP + len(values) * (BAR + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-size="14" fill="#222222">{escape(title)}</text>',
    ]
    for place, (name, value) in enumerate(values):
        y = TOP + place * (BAR + GAP)
        length = max(1.0, min(value, longest) * scale)
        colour = GOOD if value <= limit else BAD
        middle = y + BAR - 5
        parts += [
            f'<text x="{LABELS - 8}" y="{middle}" text-anchor="end" fill="#222222">{escape(name)}</text>',
            f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{LABELS + length + 6:.1f}" y="{middle}" fill="{colour}">{value * 100:.0f} %</text>',
        ]
    at = LABELS + limit * scale
    parts.append(
        f'<line x1="{at:.1f}" y1="{TOP - 8}" x2="{at:.1f}" y2="{height - GAP}" stroke="{GREY}" stroke-dasharray="4 3"/>'
    )
    return "\n".join([*parts, "</svg>\n"])


def growth(title: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Lines of (count, milliseconds) on logarithmic axes, each named at its end."""
    points = [point for line in series.values() for point in line]
    decades_x, decades_y = (_decades([point[axis] for point in points]) for axis in (0, 1))
    left, right, bottom = 70, 170, 60
    height = TOP + 260 + bottom

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - decades_x[0]) / (decades_x[-1] - decades_x[0])
        up = (math.log10(y) - decades_y[0]) / (decades_y[-1] - decades_y[0])
        return left + across * (WIDTH - left - right), height - bottom - up * (height - TOP - bottom)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-size="14" fill="#222222">{escape(title)}</text>',
        f'<text x="{left}" y="{height - 14}" fill="{GREY}">tags</text>',
    ]
    for power in decades_x:
        x, _ = place(10**power, 10 ** decades_y[0])
        parts += _grid(x, TOP, x, height - bottom)
        parts.append(
            f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle" fill="{GREY}">{10**power:,}</text>'
        )
    for power in decades_y:
        _, y = place(10 ** decades_x[0], 10**power)
        parts += _grid(left, y, WIDTH - right, y)
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{GREY}">{10**power:,} ms</text>')
    for colour, (name, line) in zip(COLOURS, series.items(), strict=False):
        spots = [place(*point) for point in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        end_x, end_y = spots[-1]
        parts.append(f'<text x="{end_x + 8:.1f}" y="{end_y + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _decades(values: Sequence[float]) -> range:
    return range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)


def _grid(x1: float, y1: float, x2: float, y2: float) -> list[str]:
    return [f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>']
