"""Draws plots as SVG, which is text: no library is needed for a few bars."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, LABELS, BAR, GAP, TOP = 720, 150, 18, 10, 44
FONT = 'font-family="sans-serif" font-size="12"'
GOOD, BAD, GREY = "#2a7f62", "#b3412e", "#6b6b6b"


def bars(title: str, values: Sequence[tuple[str, float]], *, limit: float) -> str:
    """Horizontal bars, those above `limit` in another colour; a bar too long for the plot is cut, its figure is not."""
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
