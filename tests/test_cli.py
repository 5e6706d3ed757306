"""The commands as people and programs call them: over the samples, with the real encoder."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from citat import cli, main
from index.library import Library
from tests.conftest import SAMPLES

pytestmark = pytest.mark.usefixtures("encoder_loaded_once")

Run = Callable[..., Result]

CALL = "Нетаняху"
"""Stands in the title of every article on the call, whoever wrote it."""
THREE_LANGUAGES = [
    pytest.param("what did Putin tell Netanyahu?", id="en"),
    pytest.param("какво каза Путин на Нетаняху?", id="bg"),
    pytest.param("что Путин сказал Нетаньяху?", id="ru"),
]
QUESTIONS = [
    "what did Putin tell Netanyahu?",
    "What did Netanyahu tell Putin?",
    "what did putin say about Gaza",
    "Who confirmed the call?",
    "Why did the cabin crews of Northlark walk out?",
    "How many flights were cancelled?",
    "What did Edith Calloway say about brumase?",
    "Will brumase clean the oceans?",
    "How many people were evacuated in Stare Vedrene?",
    "What did the central bank of Velmaria decide?",
    "Will vaccination be compulsory for adults?",
    "Who stole the tide clock?",
    "When was the library book returned to Port Ellery?",
    "What did the harbour master tell the captains?",
    "Who is the new coach of Strelets?",
    "Will the Kervan bridge be demolished?",
    "какво каза Путин на Нетаняху?",
    "Какво каза Нетаняху на Путин?",
    "Ще бъде ли съборен Керванският мост?",
    "Кой е новият треньор на Стрелец?",
    "Колко души са евакуирани?",
    "Какво каза кметът Дрянков?",
    "Задължителна ли е ваксината за възрастни?",
    "Колко струва новата пещ на Глинка?",
    "За какво пише Невена Сарандева?",
    "Какво каза Милена Роглева на депутатите?",
    "Кога тръгва нощният влак?",
    "Какви са щетите от наводнението?",
    "что Путин сказал Нетаньяху?",
    "Что сказал Путин о Газе?",
    "Почему суд оправдал Ясенева?",
    "Какую ставку сохранил Центральный банк?",
    "Что сказала Ольховская министру?",
    "Сколько рейсов отменили?",
    "Кто вывез жителей Старо-Ведрене?",
    "Що сказала Оксана Горинчук?",
    "Скільки коштував ремонт музею?",
    "Чи тримає крига?",
    "Was sagte Putin zu Netanjahu?",
    "Co powiedział Putin Netanjahu?",
]


@pytest.fixture
def run(archive) -> Run:
    """Run a command on the archive, unless it is told another folder."""

    def command(*args: str, data: Path = archive.path.parent, stdin: str | None = None) -> Result:
        arguments = [*args, "--data", str(data)]
        result = CliRunner().invoke(cli, arguments, input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "\x1b" not in result.output, "no colours where there is no terminal"
        return result

    return command


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


class TestIngest:
    def test_reports_what_it_did_and_a_second_run_changes_nothing(self, run, tmp_path):
        folder = tmp_path / "news"
        folder.mkdir()
        for name in ("airline-strike.en.txt", "court-case.ru.md", "agency.jsonl"):
            (folder / name).write_bytes((SAMPLES / name).read_bytes())
        first = json.loads(run("ingest", str(folder), "--json", data=tmp_path / "data").stdout)
        articles = first["added"]
        assert articles > 3
        assert (first["updated"], first["unchanged"], first["skipped"]) == (0, 0, [])
        assert first["sentences"] > first["passages"] > 0

        second = json.loads(run("ingest", str(folder), "--json", data=tmp_path / "data").stdout)
        assert (second["added"], second["updated"], second["unchanged"]) == (0, 0, articles)

        (folder / "airline-strike.en.txt").write_text("Cabin crews went back to work.\n")
        third = json.loads(run("ingest", str(folder), "--json", data=tmp_path / "data").stdout)
        assert (third["added"], third["updated"], third["unchanged"]) == (0, 1, articles - 1)

    def test_prints_a_table_for_people_on_standard_error(self, run, tmp_path):
        path = tmp_path / "one.txt"
        path.write_text("Cabin crews walked out.\n\nThey want more pay.")
        result = run("ingest", str(path), data=tmp_path / "data")
        assert result.exit_code == 0
        assert result.stdout == ""
        for column in ("added", "updated", "unchanged", "skipped", "sentences", "statements"):
            assert column in result.stderr

    def test_reads_standard_input(self, run, tmp_path):
        line = json.dumps({"id": "mine", "text": "Река Ведрена преля през нощта."})
        assert run("ingest", "-", data=tmp_path, stdin=line).exit_code == 0
        shown = json.loads(run("show", "mine", "--json", data=tmp_path).stdout)
        assert (shown["text"], shown["language"]) == ("Река Ведрена преля през нощта.", "bg")

    def test_interrupted_it_keeps_what_it_reports_and_the_next_run_goes_on(
        self, run, tmp_path, encoder, monkeypatch
    ):
        config = tmp_path / "citat.toml"
        config.write_text("[ingest]\nbatch_articles = 1\n")
        path = tmp_path / "news.jsonl"
        path.write_text("".join(f'{{"id": "{n}", "text": "Ship {n} left."}}\n' for n in range(4)))
        arguments = ("ingest", str(path), "--json", "--config", str(config))
        encode, batches = encoder.encode_passages, iter(range(4))

        def encode_two(texts):
            if next(batches) == 2:
                raise KeyboardInterrupt
            return encode(texts)

        with monkeypatch.context() as patched:
            patched.setattr(encoder, "encode_passages", encode_two)
            result = run(*arguments, data=tmp_path / "data")
        assert result.exit_code == 1
        assert "interrupted" in result.stderr
        assert json.loads(result.stdout)["added"] == 2
        again = json.loads(run(*arguments, data=tmp_path / "data").stdout)
        assert (again["added"], again["unchanged"]) == (2, 2)

    def test_names_what_it_skips_and_fails_when_that_is_all(self, run, tmp_path):
        absent = str(tmp_path / "absent.txt")
        result = run("ingest", absent, data=tmp_path / "data")
        assert result.exit_code == 1
        assert "absent.txt: " in result.stderr
        good = str(SAMPLES / "airline-strike.en.txt")
        both = run("ingest", absent, good, "--json", data=tmp_path / "data")
        assert both.exit_code == 1
        assert [skipped["origin"] for skipped in json.loads(both.stdout)["skipped"]] == [absent]


class TestAsk:
    @pytest.mark.parametrize("question", THREE_LANGUAGES)
    def test_quotes_the_call_first_and_to_the_letter(self, run, question):
        answer = json.loads(run("ask", question, "--json").stdout)
        assert (answer["abstained"], answer["reason"]) == (False, None)
        first = answer["quotes"][0]
        assert CALL in first["title"]
        for quote in answer["quotes"]:
            stored = json.loads(run("show", quote["article"], "--json").stdout)
            assert stored["version"] == quote["version"]
            assert stored["text"][quote["start"] : quote["end"]] == quote["text"]
            for same in ("title", "url", "source", "published", "language"):
                assert stored[same] == quote[same]

    def test_answers_people_with_quotes_and_their_sources(self, run):
        question = "какво каза Путин на Нетаняху?"
        quotes = json.loads(run("ask", question, "--json").stdout)["quotes"]
        page = run("ask", question, "--quotes", "2").stdout
        shown = re.sub(r"[│\s]+", " ", page)
        for quote in quotes[:2]:
            assert " ".join(quote["text"].split()) in shown
            assert quote["source"] in shown
        assert " 3 │" not in page

    def test_says_why_when_there_is_nothing_to_quote(self, run):
        silent = json.loads(run("ask", "🙂🙂🙂", "--json").stdout)
        assert (silent["abstained"], silent["reason"], silent["quotes"]) == (
            True,
            "not-a-question",
            [],
        )
        assert run("ask", "🙂🙂🙂").stdout.strip()

    def test_refuses_a_question_of_20_000_characters_politely(self, run):
        result = run("ask", "какво каза? " * 1700, "--json")
        assert result.exit_code == 0
        assert json.loads(result.stdout)["reason"] == "too-long"

    def test_lines_go_out_in_the_order_in_which_they_came(self, run, tmp_path):
        questions = [
            {"id": "b", "question": "what did Putin tell Netanyahu?"},
            {"id": 7, "question": "🙂"},
            {"question": "кой е новият треньор на Стрелец?"},
            {"id": None, "question": "а за Газа?", "history": ["какво каза Путин?"]},
            {"id": "half", "question": "what \ud83d is this", "history": ["\ud83d"]},
        ]
        text = "\n".join(map(json.dumps, questions))
        path = tmp_path / "questions.jsonl"
        path.write_text(text)
        from_file = run("ask", "--jsonl", str(path))
        answers = lines(from_file.stdout)
        assert [answer["id"] for answer in answers] == ["b", 7, None, None, "half"]
        assert [set(answer) for answer in answers] == [
            {"id", "abstained", "reason", "understood", "quotes"}
        ] * 5
        assert answers[3]["understood"]["follows"] == "какво каза Путин за Газа?"
        assert run("ask", "--jsonl", stdin=text).stdout == from_file.stdout
        assert run("ask", "--jsonl", "-", stdin=text).stdout == from_file.stdout

    @pytest.mark.parametrize(
        ("bad", "message"),
        [
            ("{", "questions.jsonl:2: this is no JSON"),
            ('{"id": 1}', 'the line with id 1 has no "question"'),
        ],
        ids=["no-json", "no-question"],
    )
    def test_a_bad_line_is_named_after_the_good_ones_are_answered(
        self, run, tmp_path, bad, message
    ):
        path = tmp_path / "questions.jsonl"
        path.write_text('{"id": 0, "question": "who?"}\n' + bad + "\n")
        result = run("ask", "--jsonl", str(path))
        assert result.exit_code == 1
        assert [answer["id"] for answer in lines(result.stdout)] == [0]
        assert result.stderr.startswith("Error: ")
        assert message in result.stderr
        assert result.stderr.count("\n") == 1

    def test_every_quote_is_made_of_whole_sentences_of_its_article(self, conversation):
        library = conversation.searcher.library
        quotes = [quote for question in QUESTIONS for quote in conversation.ask(question).quotes]
        assert len(quotes) > len(QUESTIONS)
        for quote in quotes:
            stored = library.article(quote.span.article)
            sentences = [sentence.span for sentence in library.sentences(stored.id)]
            assert quote.text == stored.text[quote.span.start : quote.span.end]
            assert quote.span.start in {span.start for span in sentences}
            assert quote.span.end in {span.end for span in sentences}
            for start, end in quote.marks:
                assert 0 <= start < end <= len(quote.text)
                assert quote.text[start:end].isalnum() or "'" in quote.text[start:end]

    def test_no_article_is_quoted_twice_in_the_same_words(self, conversation):
        for question in QUESTIONS[::10]:
            texts = [quote.text for quote in conversation.ask(question).quotes]
            assert len(texts) == len(set(texts))


class TestSearch:
    def test_lines_go_out_with_passages_best_first(self, run, archive):
        text = '{"id": "x", "question": "река Ведрена"}\n{"id": "y", "question": "🙂"}\n'
        first, second = lines(run("search", "--jsonl", stdin=text).stdout)
        assert (first["id"], second["id"]) == ("x", "y")
        scores = [hit["score"] for hit in first["hits"]]
        assert scores == sorted(scores, reverse=True)
        for hit in first["hits"]:
            assert 0 <= hit["start"] < hit["end"] <= len(archive.article(hit["article"]).text)

    @pytest.mark.parametrize("channel", ["dense", "words", "both"])
    def test_takes_a_channel_and_a_limit(self, run, channel):
        result = run("search", "река Ведрена", "--json", "--limit", "2", "--channel", channel)
        (found,) = lines(result.stdout)
        assert len(found["hits"]) == 2

    def test_shows_people_the_passages(self, run, archive):
        output = run("search", "река Ведрена", "--limit", "1").stdout
        head, body = output.splitlines()
        article = archive.article(head.split()[0])
        assert body.strip() in article.text.replace("\n", " ")


class TestLooking:
    def test_list_names_every_article_newest_first(self, run, archive):
        listed = lines(run("list", "--json").stdout)
        assert len(listed) == archive.counts()["articles"]
        dates = [article["published"] for article in listed if article["published"]]
        assert dates == sorted(dates, reverse=True)
        assert [article["published"] for article in listed[len(dates) :]] == [None] * (
            len(listed) - len(dates)
        )
        for article, line in zip(listed, run("list").stdout.splitlines(), strict=True):
            assert article["id"] in line
            assert line.endswith(article["title"])
        assert lines(run("list", "--json", "--limit", "2").stdout) == listed[:2]

    def test_show_prints_an_article_as_it_is_stored(self, run, archive):
        for article in archive.articles(limit=3):
            shown = json.loads(run("show", article.id, "--json").stdout)
            assert (shown["id"], shown["text"]) == (article.id, article.text)
            assert run("show", article.id).stdout.endswith(f"\n\n{article.text}\n")

    def test_an_unknown_article_is_an_error_that_says_where_to_look(self, run):
        result = run("show", "no-such-id")
        assert result.exit_code == 1
        assert result.stderr == (
            "Error: there is no article 'no-such-id'; `citat list` names them\n"
        )

    def test_status_tells_what_the_library_holds(self, run, archive, encoder):
        facts = json.loads(run("status", "--json").stdout)
        assert facts == {
            "folder": str(archive.path.parent),
            **archive.counts(),
            "languages": archive.languages(),
            "newest": "2025-01-15",
            "encoder": encoder.identity,
            "generation": archive.generation,
            "feeds": [],
            "pages_waiting": 0,
        }
        page = run("status").stdout
        assert re.search(rf"articles +{facts['articles']}\n", page)
        assert re.search(r"languages +bg \d+, ", page)

    def test_status_of_an_empty_library_has_no_newest(self, run, library):
        folder = library.path.parent
        assert json.loads(run("status", "--json", data=folder).stdout)["newest"] is None
        assert re.search("newest +none\n", run("status", data=folder).stdout)


class TestChanging:
    def test_a_removed_article_no_longer_answers(self, run, own_archive):
        question = "кой е новият треньор на Стрелец?"
        first = json.loads(run("ask", question, "--json", data=own_archive).stdout)["quotes"][0]
        removed = run("remove", first["article"], "--json", data=own_archive)
        assert json.loads(removed.stdout) == {"removed": [first["article"]]}
        after = json.loads(run("ask", question, "--json", data=own_archive).stdout)["quotes"]
        assert first["article"] not in {quote["article"] for quote in after}

    def test_remove_names_what_was_not_there(self, run, own_archive):
        with Library.open(own_archive) as library:
            known = next(library.articles(limit=1)).id
        result = run("remove", known, "no-such-id", data=own_archive)
        assert result.exit_code == 1
        assert result.stderr == "1 removed\nError: not in the library: no-such-id\n"
        assert run("show", known, data=own_archive).exit_code == 1

    def test_reindex_takes_the_configured_encoder(self, run, own_archive, tiny_model, tmp_path):
        config = tmp_path / "citat.toml"
        config.write_text(f"[encoder]\nmodel = {json.dumps(str(tiny_model()))}\n")
        other = ("--config", str(config))
        mismatch = run("ask", "река", *other, data=own_archive)
        assert mismatch.exit_code == 1
        assert mismatch.stderr.startswith("Error: this library was made with the encoder built-in")
        assert "run `citat reindex`" in mismatch.stderr

        done = json.loads(run("reindex", "--json", *other, data=own_archive).stdout)
        status = json.loads(run("status", "--json", data=own_archive).stdout)
        assert done == {"sentences": status["sentences"], "encoder": status["encoder"]}
        assert run("ask", "река", *other, data=own_archive).exit_code == 0
        again = run("reindex", *other, data=own_archive)
        assert again.stderr == f"{done['sentences']} sentences encoded with {done['encoder']}\n"


class TestWrongUse:
    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(["ask"], id="ask-nothing"),
            pytest.param(["ask", "who?", "--jsonl", "-"], id="ask-both"),
            pytest.param(["search"], id="search-nothing"),
            pytest.param(["search", "who?", "--channel", "smell"], id="unknown-channel"),
            pytest.param(["search", "who?", "--limit", "many"], id="no-number"),
            pytest.param(["ingest"], id="ingest-nothing"),
            pytest.param(["show"], id="show-nothing"),
            pytest.param(["remove"], id="remove-nothing"),
            pytest.param(["list", "--unknown"], id="unknown-option"),
            pytest.param(["answer"], id="unknown-command"),
        ],
    )
    def test_ends_with_2_and_the_usage(self, run, arguments):
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.startswith("Usage: ")

    @pytest.mark.parametrize(
        "arguments",
        ["ask who?", "search who?", "list", "status", "show a", "remove a", "reindex", "repl"],
    )
    def test_without_a_library_the_cure_is_named(self, run, tmp_path, arguments):
        folder = tmp_path / "none"
        result = run(*arguments.split(), data=folder)
        assert result.exit_code == 1
        assert result.stderr == (
            f"Error: there is no library in {folder}; make one with: citat ingest PATH\n"
        )

    def test_an_unknown_setting_is_named_with_its_file(self, run, tmp_path):
        config = tmp_path / "citat.toml"
        config.write_text("[search]\nlimit = 3\n")
        result = run("ask", "who?", "--config", str(config))
        assert result.exit_code == 1
        assert result.stderr.startswith(
            f"Error: {config}: [search] has no setting 'limit'; it has "
        )

    def test_a_missing_configuration_file_is_named(self, run, tmp_path):
        result = run("list", "--config", str(tmp_path / "none.toml"))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "none.toml: No such file or directory" in result.stderr

    def test_a_bot_without_a_token_says_where_it_is_looked_for(self, run, monkeypatch):
        monkeypatch.delenv("CITAT_TELEGRAM_TOKEN", raising=False)
        result = run("bot")
        assert result.exit_code == 1
        assert "CITAT_TELEGRAM_TOKEN" in result.stderr


class TestEnvironment:
    def test_the_library_and_the_settings_can_come_from_the_environment(
        self, monkeypatch, archive, tmp_path
    ):
        monkeypatch.setenv("CITAT_DATA", str(archive.path.parent))
        assert CliRunner().invoke(cli, ["list", "--limit", "1"]).exit_code == 0
        monkeypatch.setenv("CITAT_CONFIG", str(tmp_path / "none.toml"))
        assert "none.toml" in CliRunner().invoke(cli, ["list"]).stderr

    def test_without_one_the_library_of_the_user_is_taken(self, tmp_path):
        result = CliRunner().invoke(cli, ["list"])
        assert f"there is no library in {tmp_path / 'user-data' / 'citat'}" in result.stderr


def test_the_repl_starts_over_the_archive_and_quits(run):
    assert run("repl", stdin=":quit\n").exit_code == 0


def test_the_front_door_ends_with_the_exit_code_of_its_command(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["citat", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "version" in capsys.readouterr().out
