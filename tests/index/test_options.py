"""What the commands share: where the library lies, what lines come in, what JSON goes out."""

import io
import json
from pathlib import Path

import pytest

from index.config import Config
from index.errors import EncoderMismatch, LibraryError, SourceError
from index.options import Options, default_data, json_lines, print_json, question_of
from tests.conftest import entry_of


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        pytest.param("linux", {"XDG_DATA_HOME": "/data"}, "/data/citat", id="linux"),
        pytest.param("linux", {"XDG_DATA_HOME": ""}, "/home/a/.local/share/citat", id="no-xdg"),
        pytest.param("darwin", {}, "/home/a/Library/Application Support/citat", id="macos"),
        pytest.param("win32", {"LOCALAPPDATA": "/local"}, "/local/citat", id="windows"),
    ],
)
def test_the_library_lies_where_the_system_keeps_such_data(
    monkeypatch, platform, environment, folder
):
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/a"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_data() == Path(folder)


class TestLines:
    def test_are_json_objects_and_empty_ones_are_passed_over(self, tmp_path):
        path = tmp_path / "in.jsonl"
        path.write_text('{"id": 1}\n\n  \n{"id": "две"}\n', encoding="utf-8")
        assert list(json_lines(str(path))) == [{"id": 1}, {"id": "две"}]

    def test_come_from_standard_input(self, monkeypatch):
        stream = io.TextIOWrapper(io.BytesIO('{"question": "кой?"}\n'.encode()))
        monkeypatch.setattr("sys.stdin", stream)
        assert list(json_lines("-")) == [{"question": "кой?"}]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            pytest.param(b"{", ":2: this is no JSON: Expecting property name", id="half"),
            pytest.param(b"[1]", ":2: this is no JSON object", id="a-list"),
            pytest.param(b'"why?"', ":2: this is no JSON object", id="a-text"),
            pytest.param(b"\xff\xfe", " is not in UTF-8: ", id="binary"),
        ],
    )
    def test_that_are_none_are_named_with_their_place(self, tmp_path, line, message):
        path = tmp_path / "in.jsonl"
        path.write_bytes(b'{"id": 1}\n' + line + b"\n")
        with pytest.raises(SourceError) as raised:
            list(json_lines(str(path)))
        assert str(raised.value).startswith(f"{path}{message}")

    def test_of_a_file_that_cannot_be_read_are_an_error_of_one_line(self, tmp_path):
        with pytest.raises(SourceError, match=r"cannot read .*absent: No such file or directory"):
            list(json_lines(str(tmp_path / "absent")))
        with pytest.raises(SourceError, match=r"cannot read .*: Is a directory"):
            list(json_lines(str(tmp_path)))


class TestQuestions:
    @pytest.mark.parametrize("history", [{}, {"history": None}, {"history": []}])
    def test_have_a_history_or_none(self, history):
        assert question_of({"question": "why?", **history}) == ("why?", [])
        assert question_of({"question": "why?", "history": ["who?"]}) == ("why?", ["who?"])

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ({"id": 7}, 'the line with id 7 has no "question"'),
            ({"question": 3}, 'the line with id None has no "question"'),
            ({"id": "a", "question": "b", "history": "c"}, "\"history\" of 'a' should be a list"),
            ({"id": "a", "question": "b", "history": [1]}, "\"history\" of 'a' should be a list"),
        ],
        ids=["none", "a-number", "history-a-text", "history-of-numbers"],
    )
    def test_of_another_kind_are_told(self, line, message):
        with pytest.raises(SourceError) as raised:
            question_of(line)
        assert str(raised.value).startswith(message)


class TestJson:
    def test_is_readable_in_every_script(self, capsys):
        print_json({"text": "кой 🐋"}, indent=None)
        assert capsys.readouterr().out == '{"text": "кой 🐋"}\n'

    def test_halves_of_characters_are_replaced(self, capsys):
        print_json({"text": "a\ud83db"})
        assert json.loads(capsys.readouterr().out) == {"text": "a?b"}


class TestEncoder:
    def test_is_the_configured_one(self, tiny_model, tmp_path):
        path = tmp_path / "citat.toml"
        path.write_text(f"[encoder]\nmodel = {json.dumps(str(tiny_model()))}\n")
        options = Options(Config.read(path), tmp_path, as_json=False)
        assert options.encoder().dimension == 16


class TestSearcher:
    def test_without_a_library_is_refused_before_the_model_is_loaded(self, tmp_path):
        with pytest.raises(LibraryError, match="there is no library in"):
            Options(Config.read(None), tmp_path, as_json=False).searcher()

    def test_with_another_encoder_is_refused_before_the_model_is_loaded(self, library):
        library.claim_encoder("another")
        library.write([entry_of("a", "Salt.")])
        with pytest.raises(EncoderMismatch, match="citat reindex"):
            Options(Config.read(None), library.path.parent, as_json=False).searcher()
