"""The picture: well-formed, true to the curve, and readable in light and in dark."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.chart import DARK, LIGHT, Panel, draw
from bot.evaluation.silence import Scores

SVG = "{http://www.w3.org/2000/svg}"
SCORES = Scores([0.55, 0.6, 0.7, 0.8, 0.9], [0.2, 0.3, 0.4, 0.5, 0.62])
PANEL = Panel("All questions: 5 with an answer, 5 without", SCORES, 0.64, 0.54)
LETTER = 7.2
"""Pixels of a letter at 13 pixels, in the widest of usual fonts."""


def parsed(*panels):
    return ET.fromstring(draw(panels))


def drawn(svg, kind):
    """Return the points of a line as (threshold, share), by the numbers on the axes."""
    ticks = {text.text: text for text in svg.iter(f"{SVG}text")}
    left, right = (float(ticks[number].get("x")) for number in ("0.2", "0.9"))
    bottom, top = (float(ticks[number].get("y")) - 4 for number in ("0 %", "100 %"))
    assert top < bottom
    assert left < right
    (line,) = (e for e in svg.iter(f"{SVG}polyline") if e.get("class") == f"line {kind}")
    pairs = (map(float, pair.split(",")) for pair in line.get("points").split())
    return [
        (0.2 + 0.7 * (x - left) / (right - left), (bottom - y) / (bottom - top)) for x, y in pairs
    ]


@pytest.mark.parametrize("kind", ["refused", "answered"])
def test_the_lines_are_the_two_errors(kind):
    points = drawn(parsed(PANEL), kind)
    curve = [errors for errors in SCORES.curve() if 0.2 <= errors.threshold <= 0.9]
    assert len(points) == len(curve)
    for (threshold, share), errors in zip(points, curve, strict=True):
        assert threshold == pytest.approx(errors.threshold, abs=1e-3)
        assert share == pytest.approx(getattr(errors, kind).value, abs=1e-3)


def test_both_thresholds_are_marked_where_they_are_and_named():
    svg = parsed(PANEL)
    upright = [
        line
        for line in svg.iter(f"{SVG}line")
        if line.get("class").startswith("mark") and line.get("x1") == line.get("x2")
    ]
    assert [line.get("class") for line in upright] == ["mark current", "mark suggested"]
    at = [float(line.get("x1")) for line in upright]
    ticks = {text.text: float(text.get("x")) for text in svg.iter(f"{SVG}text")}
    tenth = ticks["0.6"] - ticks["0.5"]
    assert at == pytest.approx([ticks["0.6"] + 0.4 * tenth, ticks["0.5"] + 0.4 * tenth], abs=0.2)
    assert "threshold: 0.64 is set, 0.54 is suggested" in ticks


def test_title_axes_and_legend_are_there_for_eyes_and_for_screen_readers():
    svg = parsed(PANEL)
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    for text in ("Errors of silence by threshold", "threshold", "share of questions", PANEL.title):
        assert text in texts
    assert [text for text in texts if text.startswith("false ")] == [
        "false abstention: has an answer, left unanswered",
        "false answer: has no answer, answered all the same",
    ]
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").text
    assert PANEL.title in svg.find(f"{SVG}desc").text


def test_panels_stand_below_each_other():
    svg = parsed(PANEL, PANEL, PANEL)
    transforms = " ".join(group.get("transform") for group in svg.iter(f"{SVG}g"))
    tops = [float(top) for top in re.findall(r"translate\(0 ([\d.]+)\)", transforms)]
    assert len(tops) == 3
    assert tops == sorted(set(tops))
    assert svg.get("height") == svg.get("viewBox").split()[3]
    assert tops[-1] + 240 < float(svg.get("height"))


@given(
    st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=9),
    st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=9),
    st.floats(-1, 2),
)
def test_whatever_is_drawn_stays_on_the_page_and_no_label_covers_another(have, none, current):
    scores = Scores(have, none)
    svg = parsed(Panel("Questions in bg: 9 with an answer, 9 without", scores, current, 0.5))
    width, boxes = float(svg.get("width")), []
    for text in svg.findall(f"{SVG}g/{SVG}text"):
        if "transform" in text.attrib:
            continue  # written upwards, left of all others
        x, y, reach = float(text.get("x")), float(text.get("y")), LETTER * len(text.text)
        start = x - {"start": 0, "middle": reach / 2, "end": reach}[text.get("text-anchor")]
        assert start > 18
        assert start + reach < width
        boxes.append((y, start, start + reach))
    for (row, _, end), (next_row, start, _) in pairwise(sorted(boxes)):
        assert row != next_row or end < start
    for line in svg.iter(f"{SVG}line"):
        assert 0 <= float(line.get("x1")) <= float(line.get("x2")) <= width
    for line in svg.iter(f"{SVG}polyline"):
        assert len(line.get("points").split()) > 1


def luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out_from_the_page_as_wcag_asks(palette):
    assert contrast(palette["text"], palette["page"]) >= 4.5
    for name in ("mark", "refused", "answered"):
        assert contrast(palette[name], palette["page"]) >= 3, name


def test_the_page_is_light_unless_the_reader_prefers_dark():
    style = parsed(PANEL).find(f"{SVG}style").text
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for name in ("page", "text", "refused", "answered", "mark", "grid"):
        assert LIGHT[name] in light
        assert DARK[name] in dark
