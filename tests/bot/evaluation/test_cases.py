"""The owner's questions are read from JSON lines and from tables; bad lines are named."""

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.cases import Case, Problem, read_cases
from index.errors import SourceError

FULL = Case(
    2,
    "А колко ще струва?",
    ("bridge", "https://x.example/b"),
    ("Ремонтът ще струва 1,8 млн. лв.",),
    ("Ще бъде ли съборен мостът?",),
    "bg",
    "17",
    ("Мостът беше боядисан.",),
)


@pytest.fixture
def read(tmp_path):
    """Read cases from a file of some content."""

    def read_content(content, name="questions.jsonl"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_cases(str(path))

    return read_content


class TestJsonLines:
    def test_name_everything_about_a_question(self, read):
        line = {
            "id": 17,
            "question": FULL.question,
            "article": list(FULL.articles),
            "quote": FULL.quotes[0],
            "wrong": FULL.wrong[0],
            "lang": "bg-BG",
            "history": list(FULL.history),
            "answerable": True,
        }
        assert read(f"\n{json.dumps(line)}\n").cases == (FULL,)

    def test_that_name_no_article_and_no_quote_have_no_answer(self, read):
        found = read('{"question": "Who?"}\n{"question": "Who?", "article": [], "quote": " "}')
        assert found.cases == (Case(1, "Who?"), Case(2, "Who?"))
        assert not any(case.answerable for case in found.cases)

    def test_may_name_words_that_do_not_answer_and_leave_open_what_does(self, read):
        (case,) = read('{"question": "Who?", "wrong": ["a", "b"]}').cases
        assert case == Case(1, "Who?", wrong=("a", "b"))
        assert (case.answerable, case.unanswerable) == (False, False)

    def test_that_are_called_unanswerable_are_so_whatever_was_wrong(self, read):
        (case,) = read('{"question": "Who?", "wrong": "a", "answerable": false}').cases
        assert case.unanswerable

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            pytest.param("{", "this is no JSON: Expecting property name", id="half"),
            pytest.param("[" * 100_000, "this is no JSON: ", id="deep"),
            pytest.param("[1]", "this is no JSON object", id="list"),
            pytest.param("{}", "there is no question", id="no-question"),
            pytest.param('{"question": " \\n"}', "there is no question", id="blank"),
            pytest.param('{"question": ["a", "b"]}', "there are two questions", id="two"),
            pytest.param('{"question": true}', "question should be a text, not true", id="flag"),
            pytest.param(
                '{"question": "a", "quote": [{"x": 1}]}',
                'quote should be a text, not {"x": 1}',
                id="object",
            ),
            pytest.param(
                '{"question": "a", "lang": "English"}',
                "lang 'English' is no language code; write en, bg, ...",
                id="language",
            ),
            pytest.param(
                '{"question": "a", "answerable": true}',
                "it is called answerable, but names no article and no quote",
                id="answer-missing",
            ),
            pytest.param(
                '{"question": "a", "article": "b", "answerable": false}',
                "it is called unanswerable, but names what answers it",
                id="answer-too-many",
            ),
            pytest.param(
                '{"question": "a", "answerable": "maybe"}',
                "answerable should be true or false, not 'maybe'",
                id="maybe",
            ),
        ],
    )
    def test_that_cannot_be_used_are_named_and_the_rest_is_read(self, read, line, reason):
        found = read(f'{{"question": "Who?"}}\n{line}\n{{"question": "Why?"}}\n')
        assert [case.line for case in found.cases] == [1, 3]
        (problem,) = found.problems
        assert problem.line == 2
        assert problem.reason.startswith(reason)

    def test_may_hold_half_a_character(self, read):
        (case,) = read('{"question": "what \\ud83d", "article": "\\udc80"}').cases
        assert (case.question, case.articles) == ("what ?", ("?",))

    def test_may_hold_line_separators_within_a_text(self, read):
        (case,) = read('{"question": "one\u2028two"}').cases
        assert case.question == "one\u2028two"


class TestTables:
    HEADER = "id;question;article;quote;wrong;lang;history;answerable"

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
    def test_of_any_spreadsheet_name_everything_about_a_question(self, read, delimiter, end):
        table = io.StringIO()
        writer = csv.writer(table, delimiter=delimiter, lineterminator=end)
        writer.writerow(self.HEADER.upper().split(";"))
        known = ("\n".join(FULL.articles), FULL.quotes[0], FULL.wrong[0])
        writer.writerow(["17", FULL.question, *known, "bg", FULL.history[0], "TRUE"])
        assert read(b"\xef\xbb\xbf" + table.getvalue().encode(), "q.csv").cases == (FULL,)

    def test_may_lack_columns_and_end_in_empty_ones(self, read):
        found = read("question,article,,\nWho?,a,,\n,,,\nWhy?\n", "q.csv")
        assert found.cases == (Case(2, "Who?", ("a",)), Case(4, "Why?"))
        assert found.ignored == ()

    def test_count_lines_from_where_a_row_begins(self, read):
        found = read('question,article\n"Who\nwas it?",a\n,b\nWhy?,c\n', "q.csv")
        assert [(case.line, case.question) for case in found.cases] == [
            (2, "Who\nwas it?"),
            (5, "Why?"),
        ]
        assert found.problems == (Problem(4, "there is no question"),)

    def test_with_a_separator_too_many_say_so(self, read):
        found = read("question,article\nWho, then, was it?,a\nWhy?,b\n", "q.csv")
        assert found.problems == (
            Problem(
                2,
                "the row has 4 cells under 2 columns; put a text that holds the separator in"
                " quotation marks",
            ),
        )
        assert found.cases == (Case(3, "Why?", ("b",)),)

    def test_with_an_open_quotation_mark_say_where_it_opens(self, read):
        with pytest.raises(SourceError, match=r"q\.csv:3: .*; is a quotation mark missing"):
            read('question,article\nWho?,a\n"Why?,b\nWhen?,c\n', "q.csv")

    @pytest.mark.parametrize("content", ["article,quote\na,b\n", "Who?\nWhy?\n"])
    def test_without_a_column_of_questions_are_refused(self, read, content):
        with pytest.raises(SourceError, match=r'q\.csv:1: no column is called "question"'):
            read(content, "q.csv")

    def test_of_nothing_hold_nothing(self, read):
        assert read("", "q.csv").cases == ()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param('{"question": "Who?", "artcle": "a", "note": 1}', "q.jsonl", id="json"),
        pytest.param("question,note,artcle\nWho?,1,a", "q.csv", id="table"),
    ],
)
def test_keys_that_nobody_reads_are_named_for_one_may_be_misspelt(read, content, name):
    assert read(content, name).ignored == ("artcle", "note")


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(
    st.lists(
        st.tuples(TEXTS, st.lists(TEXTS, max_size=2), st.lists(TEXTS, max_size=2)), max_size=5
    )
)
def test_a_table_and_json_lines_say_the_same(tmp_path_factory, questions):
    folder = tmp_path_factory.mktemp("same")
    with (folder / "q.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["question", "article", "quote"])
        rows.writerows([asked, "\n".join(a), "\n".join(q)] for asked, a, q in questions)
    with (folder / "q.jsonl").open("w", encoding="utf-8") as file:
        for asked, articles, quotes in questions:
            print(json.dumps({"question": asked, "article": articles, "quote": quotes}), file=file)
    tabled, lined = (
        [replace(case, line=0) for case in read_cases(str(folder / name)).cases]
        for name in ("q.csv", "q.jsonl")
    )
    assert tabled == lined
    assert len(lined) == len(questions)


def test_letters_are_composed_as_they_are_in_the_library(read):
    (case,) = read('{"question": "\u0438\u0306?", "quote": "\u0438\u0306"}').cases
    assert (case.question, case.quotes) == ("й?", ("й",))


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(SourceError, match=r"cannot read .*absent\.csv: No such file"):
        read_cases(str(tmp_path / "absent.csv"))


def test_another_encoding_is_named_with_its_cure(read):
    with pytest.raises(SourceError, match=r"q\.csv is not in UTF-8: .*“CSV UTF-8”"):
        read("question\nКой?".encode("cp1251"), "q.csv")


@pytest.mark.parametrize("content", ['\n{"question": "Who?"}\n', "question,lang\nWho?,\n"])
def test_standard_input_may_be_either(monkeypatch, content):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    found = read_cases("-")
    assert (found.name, found.cases) == ("standard input", (Case(2, "Who?"),))
