"""How citat grows with the archive, as a picture: SVG that a README shows, in light and in dark.

    python -m benchmarks.curves DIR/report.jsonl --svg scaling.svg

Reads what `benchmarks/million.py` reports, a line of JSON for each size, and draws how long a
question takes, what memory it takes and how fast articles are taken in, over the number of
passages on a logarithmic axis. Of a size that was measured twice the last counts.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from benchmarks.tasks import EvaluationError
from bot.evaluation.chart import DARK, LIGHT
from index.errors import CitatError

Point = Mapping[str, float]
"""What was measured at one number of passages, by name."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel: its name, what it shows and how it is drawn."""

    name: str
    key: str
    kind: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines over one vertical axis, which begins at nought."""

    title: str
    lines: Sequence[Line]


TITLE = "citat, by the number of passages"
INGEST = "ingested_per_s"
PANELS = (
    Panel(
        "a question, ms",
        (
            Line("95 of 100 take less", "question_ms_p95", "second"),
            Line("half take less", "question_ms_p50", "first"),
            Line("of that FAISS alone", "faiss_ms_p50", "first floor"),
            Line("of that FTS5 alone", "fts5_ms_p50", "second floor"),
        ),
    ),
    Panel(
        "memory while answering, MiB",
        (
            Line("resident", "resident_mb", "second"),
            Line("of that not mapped files", "own_mb", "first"),
        ),
    ),
    Panel("taken in, passages/s", (Line("in the last tenth", INGEST, "first"),)),
)
NEEDED = (
    {"passages"}
    | {line.key for panel in PANELS for line in panel.lines} - {INGEST}
    | {
        "written_last_tenth_per_s",
        "left_out_ms_per_passage",
    }
)

# In pixels
WIDTH, PLOT_WIDTH, PLOT_HEIGHT = 960, 230, 190
LEFT, GAP = 64, 78
ROW = 18  # of a legend
TOP = 72 + ROW * max(len(panel.lines) for panel in PANELS)
HEIGHT = TOP + PLOT_HEIGHT + 56
STEPS = 4
"""A vertical axis is cut into so many steps, or a few more."""


def read_points(path: Path) -> list[Point]:
    """Read the reported sizes, the smallest first.

    Raises:
        EvaluationError: the file is missing, empty, or a line holds something else.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"cannot read {path}: {error}") from error
    points = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            point = _point(line, f"{path}:{number}")
            points[point["passages"]] = point
    if not points:
        raise EvaluationError(f"{path} is empty; benchmarks/million.py fills it")
    return [points[passages] for passages in sorted(points)]


def draw(points: Sequence[Point]) -> str:
    """Return an SVG document with the panels side by side."""
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    svg.attrib |= {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "width": f"{WIDTH}", "height": f"{HEIGHT}"}
    SubElement(svg, "title").text = TITLE
    SubElement(svg, "desc").text = "; ".join(map(_described, points))
    SubElement(svg, "style").text = _style()
    SubElement(svg, "rect", {"class": "page", "width": "100%", "height": "100%"})
    _text(svg, (LEFT, 28), TITLE, anchor="start", kind="title")
    for number, panel in enumerate(PANELS):
        left = LEFT + number * (PLOT_WIDTH + GAP)
        group = SubElement(svg, "g", transform=f"translate({left} {TOP})")
        _Axes.over(group, panel, points).draw(panel, points)
    indent(svg)
    return tostring(svg, encoding="unicode") + "\n"


@dataclass(frozen=True, slots=True)
class _Axes:
    """The rectangle of one panel: decades from `low` to `high`, values from 0 by `step`."""

    svg: Element
    low: int
    high: int
    step: float
    steps: int

    @classmethod
    def over(cls, svg: Element, panel: Panel, points: Sequence[Point]) -> "_Axes":
        sizes = [log10(point["passages"]) for point in points]
        low = floor(min(sizes))
        most = max(point[line.key] for point in points for line in panel.lines)
        step = _round_step(most / STEPS)
        return cls(svg, low, max(ceil(max(sizes)), low + 1), step, max(ceil(most / step), 1))

    def draw(self, panel: Panel, points: Sequence[Point]) -> None:
        _text(self.svg, (0, 52 - TOP), panel.title, anchor="start", kind="name")
        self._grid()
        for row, line in enumerate(panel.lines):
            y = 72 - TOP + ROW * row
            _rule(self.svg, f"line {line.kind}", (0, y - 4), (24, y - 4))
            _text(self.svg, (32, y), line.name, anchor="start")
            places = [(self._x(point["passages"]), self._y(point[line.key])) for point in points]
            self._line(line.kind, places)

    def _grid(self) -> None:
        for number in range(self.steps + 1):
            y = self._y(number * self.step)
            _rule(self.svg, "grid", (0, y), (PLOT_WIDTH, y))
            _text(self.svg, (-8, y + 4), f"{number * self.step:,.10g}", anchor="end")
        for decade in range(self.low, self.high + 1):
            x = self._x(10**decade)
            _rule(self.svg, "grid", (x, PLOT_HEIGHT), (x, PLOT_HEIGHT + 6))
            _text(self.svg, (x, PLOT_HEIGHT + 22), f"{_count(10**decade)}")
        _text(self.svg, (PLOT_WIDTH / 2, PLOT_HEIGHT + 42), "passages")

    def _line(self, kind: str, places: Sequence[tuple[float, float]]) -> None:
        ends = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        SubElement(self.svg, "polyline", {"class": f"line {kind}", "points": ends})
        for x, y in places:
            SubElement(
                self.svg,
                "circle",
                {"class": f"line {kind}", "cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "2"},
            )

    def _x(self, passages: float) -> float:
        return PLOT_WIDTH * (log10(passages) - self.low) / (self.high - self.low)

    def _y(self, value: float) -> float:
        return PLOT_HEIGHT * (1 - value / (self.step * self.steps))


def _point(line: str, place: str) -> Point:
    try:
        told = json.loads(line)
        point = {name: float(told[name]) for name in NEEDED}
        point[INGEST] = 1 / (
            1 / point["written_last_tenth_per_s"] + point["left_out_ms_per_passage"] / 1000
        )
    except (ValueError, TypeError, LookupError, ZeroDivisionError, RecursionError) as error:
        raise EvaluationError(
            f"{place}: this is no line of benchmarks/million.py: {error!r}"
        ) from error
    if point["passages"] < 1 or not all(0 <= value < float("inf") for value in point.values()):
        raise EvaluationError(f"{place}: a number is negative or not finite")
    return point


def _described(point: Point) -> str:
    told = (
        f"{line.name} {point[line.key]:{'.3g' if point[line.key] < 100 else '.0f'}}"
        for panel in PANELS
        for line in panel.lines
    )
    return f"{_count(point['passages'])} passages: {', '.join(told)}"


def _round_step(least: float) -> float:
    """Return the least of 1, 2, 5, 10, 20 ... that is not smaller; of nought, 1."""
    if least <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))


def _count(passages: float) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if passages >= size:
            return f"{passages / size:.3g} {letter}"
    return f"{passages:g}"


def _rule(svg: Element, kind: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    ends = zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True)
    SubElement(svg, "line", {"class": kind, **{name: f"{at:.1f}" for name, at in ends}})


def _text(
    svg: Element, at: tuple[float, float], text: str, *, anchor: str = "middle", kind: str = "note"
) -> None:
    place = {"x": f"{at[0]:.1f}", "y": f"{at[1]:.1f}", "text-anchor": anchor, "class": kind}
    SubElement(svg, "text", place).text = text


def _style() -> str:
    return (
        "text { font: 13px system-ui, sans-serif }"
        " .title { font-size: 17px; font-weight: 600 } .name { font-weight: 600 }"
        " .line { fill: none; stroke-width: 2.5 } .floor { stroke-dasharray: 2 3 }"
        f" {_colours(LIGHT)} @media (prefers-color-scheme: dark) {{ {_colours(DARK)} }}"
    )


def _colours(palette: Mapping[str, str]) -> str:
    strokes = {"grid": "grid", "first": "refused", "second": "answered"}
    return f".page {{ fill: {palette['page']} }} text {{ fill: {palette['text']} }} " + " ".join(
        f".{kind} {{ stroke: {palette[name]} }}" for kind, name in strokes.items()
    )


def main(line: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", type=Path)
    parser.add_argument("--svg", type=Path, required=True, metavar="FILE")
    arguments = parser.parse_args(line)
    try:
        picture = draw(read_points(arguments.report))
        arguments.svg.write_text(picture, encoding="utf-8")
    except CitatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: cannot write {arguments.svg}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
