"""Quotation marks in pairs, of every family."""

import pytest

from ingest.statements.marks import quotations


def inside(text):
    return [text[q.start : q.end] for q in quotations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("„а б“", ["а б"], id="bulgarian"),
        pytest.param("„а б”", ["а б"], id="polish"),
        pytest.param("“а б”", ["а б"], id="english"),
        pytest.param("“а б“ и “в“", ["а б", "в"], id="one-mark-for-both"),
        pytest.param("«а б»", ["а б"], id="guillemets"),
        pytest.param('"а б" и "в"', ["а б", "в"], id="straight"),
        pytest.param("''а б''", ["а б"], id="two-apostrophes"),
        pytest.param("«а «б» в»", ["а «б» в"], id="nested-guillemets"),
        pytest.param('"а "б" в"', ['а "б" в'], id="nested-straight"),
        pytest.param("„а «б» в“", ["а «б» в"], id="nested-families"),
    ],
)
def test_outermost_quotations_are_found(text, expected):
    assert inside(text) == expected


def test_closing_mark_alone_is_noise():
    assert inside("компанията Север“ съобщи") == []


def test_opening_mark_alone_is_noise_inside_a_sentence():
    assert inside("компанията „Север съобщи\nИван") == []


def test_speech_over_paragraphs_opens_each_and_closes_once():
    assert inside("„Първо.\n„Второ.“") == ["Първо.", "Второ."]
    assert inside("Той каза: „Първо.\nИван") == ["Първо."]


def test_quotations_end_with_their_paragraph():
    assert inside("«а\nб» в") == ["а"]
