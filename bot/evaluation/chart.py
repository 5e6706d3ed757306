"""The curve of silence as a picture: SVG that any browser shows, in light and in dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bot.evaluation.silence import Scores

LIGHT = {
    "page": "#ffffff",
    "text": "#1f2328",
    "grid": "#d1d9e0",
    "mark": "#59636e",
    "refused": "#0072b2",
    "answered": "#d55e00",
}
DARK = {
    "page": "#0d1117",
    "text": "#e6edf3",
    "grid": "#30363d",
    "mark": "#9198a1",
    "refused": "#56b4e9",
    "answered": "#e69f00",
}
"""Blue and orange of Okabe and Ito, which colour-blind readers tell apart; dashes help them."""

TITLE = "Errors of silence by threshold"
LEGEND = {
    "line refused": "false abstention: has an answer, left unanswered",
    "line answered": "false answer: has no answer, answered all the same",
    "mark current": "the threshold that is set",
    "mark suggested": "the threshold that is suggested",
}

# In pixels
WIDTH = 720
LEFT, RIGHT = 72, 24
ROW = 20  # of the legend
HEAD = 56 + ROW * len(LEGEND)
PLOT = 240  # height of one panel's axes
ABOVE = 48  # a panel's title
BELOW = 56  # numbers and name of the horizontal axis
PANEL = ABOVE + PLOT + BELOW


@dataclass(frozen=True, slots=True)
class Panel:
    """The curve of some questions, with the threshold that is set and the one it suggests."""

    title: str
    scores: Scores
    current: float
    suggested: float

    @property
    def thresholds(self) -> str:
        return f"threshold: {self.current:g} is set, {self.suggested:g} is suggested"


def draw(panels: Sequence[Panel]) -> str:
    """Return an SVG document with the panels below each other, all over the same thresholds."""
    height = HEAD + PANEL * len(panels)
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    svg.attrib |= {"viewBox": f"0 0 {WIDTH} {height}", "width": f"{WIDTH}", "height": f"{height}"}
    SubElement(svg, "title").text = TITLE
    SubElement(svg, "desc").text = "; ".join(f"{p.title}, {p.thresholds}" for p in panels)
    SubElement(svg, "style").text = _style()
    SubElement(svg, "rect", {"class": "page", "width": "100%", "height": "100%"})
    _text(svg, (LEFT, 30), TITLE, anchor="start", kind="title")
    for row, (kind, meaning) in enumerate(LEGEND.items()):
        y = 56 + ROW * row
        _rule(svg, kind, (LEFT, y - 4), (LEFT + 28, y - 4))
        _text(svg, (LEFT + 36, y), meaning, anchor="start")
    low, high = _reach(panels)
    for number, panel in enumerate(panels):
        y = HEAD + PANEL * number + ABOVE
        group = SubElement(svg, "g", transform=f"translate(0 {y})")
        _Axes(group, low, high).draw(panel)
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


@dataclass(frozen=True, slots=True)
class _Axes:
    """The rectangle of one panel: thresholds from `low` to `high`, errors from 0 to 1."""

    svg: Element
    low: float
    high: float

    def draw(self, panel: Panel) -> None:
        _text(self.svg, (LEFT, -28), panel.title, anchor="start", kind="name")
        _text(self.svg, (LEFT, -10), panel.thresholds, anchor="start")
        self._grid()
        curve = panel.scores.curve()
        self._line("refused", [(errors.threshold, errors.refused.value) for errors in curve])
        self._line("answered", [(errors.threshold, errors.answered.value) for errors in curve])
        for kind, threshold in (("current", panel.current), ("suggested", panel.suggested)):
            x = self._x(min(max(threshold, self.low), self.high))
            _rule(self.svg, f"mark {kind}", (x, 0), (x, PLOT))

    def _grid(self) -> None:
        for percent in range(0, 101, 25):
            y = self._y(percent / 100)
            _rule(self.svg, "grid", (LEFT, y), (WIDTH - RIGHT, y))
            _text(self.svg, (LEFT - 8, y + 4), f"{percent} %", anchor="end")
        for tenth in range(round(self.low * 10), round(self.high * 10) + 1):
            x = self._x(tenth / 10)
            _rule(self.svg, "grid", (x, PLOT), (x, PLOT + 6))
            _text(self.svg, (x, PLOT + 22), f"{tenth / 10:.1f}")
        _text(self.svg, ((LEFT + WIDTH - RIGHT) / 2, PLOT + 42), "threshold")
        name = _text(self.svg, (18, PLOT / 2), "share of questions")
        name.set("transform", f"rotate(-90 18 {PLOT / 2:g})")

    def _line(self, kind: str, points: Sequence[tuple[float, float | None]]) -> None:
        places = (
            f"{self._x(threshold):.1f},{self._y(share):.1f}"
            for threshold, share in points
            if share is not None and self.low <= threshold <= self.high
        )
        SubElement(self.svg, "polyline", {"class": f"line {kind}", "points": " ".join(places)})

    def _x(self, threshold: float) -> float:
        share = (threshold - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def _y(self, share: float) -> float:
        return PLOT * (1 - share)


def _reach(panels: Sequence[Panel]) -> tuple[float, float]:
    """Return the tenths from 0 to 1 between which something changes, the marks inside."""
    ends = [end for panel in panels for end in panel.scores.reach]
    told = [*ends, *(mark for panel in panels for mark in (panel.current, panel.suggested))]
    low = min(max(floor(min(told) * 10), 0), 9)
    high = min(max(ceil(max(told) * 10), low + 1), 10)
    return low / 10, high / 10


def _rule(svg: Element, kind: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    ends = zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True)
    SubElement(svg, "line", {"class": kind, **{name: f"{at:.1f}" for name, at in ends}})


def _text(
    svg: Element, at: tuple[float, float], text: str, *, anchor: str = "middle", kind: str = "note"
) -> Element:
    place = {"x": f"{at[0]:.1f}", "y": f"{at[1]:.1f}", "text-anchor": anchor, "class": kind}
    element = SubElement(svg, "text", place)
    element.text = text
    return element


def _style() -> str:
    return (
        "text { font: 13px system-ui, sans-serif }"
        " .title { font-size: 17px; font-weight: 600 } .name { font-weight: 600 }"
        " .line { fill: none; stroke-width: 2.5 } .mark { stroke-width: 1.5 }"
        " .answered { stroke-dasharray: 7 3 } .current { stroke-dasharray: 2 3 }"
        f" {_colours(LIGHT)} @media (prefers-color-scheme: dark) {{ {_colours(DARK)} }}"
    )


def _colours(palette: dict[str, str]) -> str:
    return (f".page {{ fill: {palette['page']} }} text {{ fill: {palette['text']} }} ") + " ".join(
        f".{name} {{ stroke: {palette[name]} }}"
        for name in ("grid", "mark", "refused", "answered")
    )
