"""The picture of scaling: true to what was reported, and readable in light and in dark."""

import json
from xml.etree import ElementTree as ET

import pytest

from benchmarks.curves import INGEST, NEEDED, PANELS, draw, main, read_points
from benchmarks.tasks import EvaluationError
from bot.evaluation.chart import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"
LETTER = 7.2
"""Pixels of a letter at 13 pixels, in the widest of usual fonts."""


def reported(passages, **figures):
    usual = {
        "question_ms_p50": 14.0,
        "question_ms_p95": 25.0,
        "faiss_ms_p50": 1.5,
        "fts5_ms_p50": 2.0,
        "resident_mb": 480.0,
        "own_mb": 420.0,
        "written_last_tenth_per_s": 250.0,
        "left_out_ms_per_passage": 46.0,
    }
    return {"passages": passages, "articles": 1, **usual, **figures}


@pytest.fixture
def report(tmp_path):
    def write(*lines):
        path = tmp_path / "report.jsonl"
        path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
        return path

    return write


def parsed(path):
    return ET.fromstring(draw(read_points(path)))


def drawn(svg, panel, line):
    """Return the points of a line as (passages, value), by the numbers on the axes."""
    group = svg.findall(f"{SVG}g")[panel]
    texts = [
        (text.text, float(text.get("x")), float(text.get("y")))
        for text in group.findall(f"{SVG}text")
    ]
    decades = {name: x for name, x, _ in texts if name in {"10 k", "1 M"}}
    numbers = {}
    for name, x, y in texts:
        if x < 0:
            numbers[float(name.replace(",", ""))] = y - 4
    most = max(numbers)
    points = group.findall(f"{SVG}polyline")[line].get("points").split()
    pairs = [tuple(map(float, pair.split(","))) for pair in points]
    return [
        (
            10 ** (4 + 2 * (x - decades["10 k"]) / (decades["1 M"] - decades["10 k"])),
            most * (numbers[0] - y) / (numbers[0] - numbers[most]),
        )
        for x, y in pairs
    ]


def test_lines_stand_where_the_report_says(report):
    sizes, slow = [10_000, 100_000, 1_000_000], [25.0, 40.0, 88.0]
    path = report(*(reported(n, question_ms_p95=ms) for n, ms in zip(sizes, slow, strict=True)))
    points = drawn(parsed(path), 0, 0)
    assert [passages for passages, _ in points] == pytest.approx(sizes, rel=0.01)
    assert [value for _, value in points] == pytest.approx(slow, abs=0.5)


def test_the_rate_of_taking_in_counts_what_the_composed_articles_leave_out(report):
    (point,) = read_points(report(reported(10_000)))
    assert point[INGEST] == pytest.approx(1000 / (4 + 46))


def test_sizes_are_in_order_and_the_last_measure_of_one_counts(report):
    path = report(reported(10_000, own_mb=1.0), reported(1_000), "", reported(10_000, own_mb=2.0))
    assert [(p["passages"], p["own_mb"]) for p in read_points(path)] == [(1_000, 420), (10_000, 2)]


def test_every_panel_and_line_is_named_and_what_was_measured_is_told_to_screen_readers(report):
    svg = parsed(report(reported(10_000), reported(1_000_000, resident_mb=1500.0)))
    texts = {text.text for text in svg.iter(f"{SVG}text")}
    assert texts >= {panel.title for panel in PANELS}
    assert texts >= {line.name for panel in PANELS for line in panel.lines}
    assert svg.get("role") == "img"
    assert "1 M passages" in svg.find(f"{SVG}desc").text
    assert "resident 1500" in svg.find(f"{SVG}desc").text


@pytest.mark.parametrize("value", [0.0, 0.004, 1.0, 99.0, 123_456.0])
def test_whatever_is_drawn_stays_in_its_panel(report, value):
    keys = [name for name in NEEDED if name.endswith(("_p50", "_p95", "_mb"))]
    path = report(reported(12_345, **dict.fromkeys(keys, value)), reported(999_999))
    svg = parsed(path)
    width, height = float(svg.get("width")), float(svg.get("height"))
    for group in svg.findall(f"{SVG}g"):
        left, top = map(float, group.get("transform")[10:-1].split())
        for text in group.findall(f"{SVG}text"):
            reach = LETTER * len(text.text)
            before = {"start": 0, "middle": reach / 2, "end": reach}[text.get("text-anchor")]
            start = left + float(text.get("x")) - before
            assert start > 0
            assert start + reach < width
            assert 0 < top + float(text.get("y")) < height
        for line in group.findall(f"{SVG}polyline"):
            for pair in line.get("points").split():
                x, y = map(float, pair.split(","))
                assert 0 <= x <= 230
                assert 0 <= y <= 190


def test_the_page_is_light_unless_the_reader_prefers_dark(report):
    style = parsed(report(reported(10_000))).find(f"{SVG}style").text
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for name in ("page", "text", "refused", "answered", "grid"):
        assert LIGHT[name] in light
        assert DARK[name] in dark


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("{", "no line of benchmarks/million.py", id="no-json"),
        pytest.param("[1]", "no line of benchmarks/million.py", id="no-object"),
        pytest.param('{"passages": 10}', "no line of benchmarks/million.py", id="too-little"),
        pytest.param(json.dumps(reported("many")), "no line of", id="no-number"),
        pytest.param(json.dumps(reported(0)), "negative or not finite", id="no-passages"),
        pytest.param(json.dumps(reported(9, own_mb=-1)), "negative", id="negative"),
        pytest.param(json.dumps(reported(9, own_mb=float("nan"))), "not finite", id="not-finite"),
    ],
)
def test_a_line_that_is_no_report_is_named(report, line, reason):
    with pytest.raises(EvaluationError, match=rf"report\.jsonl:2: .*{reason}"):
        read_points(report(reported(10_000), line))


def test_the_command_writes_the_picture_or_says_in_one_line_why_not(report, tmp_path, capsys):
    svg = tmp_path / "scaling.svg"
    assert main([str(report(reported(10_000))), "--svg", str(svg)]) == 0
    assert ET.parse(svg).getroot().tag == f"{SVG}svg"
    assert main([str(tmp_path / "none.jsonl"), "--svg", str(svg)]) == 1
    assert main([str(report("")), "--svg", str(svg)]) == 1
    assert main([str(report(reported(9))), "--svg", str(tmp_path / "no" / "x.svg")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in told] == ["error"] * 3
