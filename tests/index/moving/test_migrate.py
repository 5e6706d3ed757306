"""`citat migrate` takes an archive to Milvus and back, and checks that all of it is there."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from citat import cli
from index.library import Library
from index.milvus.engine import PASSAGES, SENTENCES, Engine
from index.milvus.store import MilvusStore
from index.moving.checking import ROUNDED, check
from index.moving.moving import move
from index.store import StoreSettings, open_store
from tests.conftest import entry_of
from tests.index.store.observed import expected, same, seen


@pytest.fixture
def filled(library):
    library.claim_encoder("toy")
    library.write(
        [entry_of(f"river{n}", f"The river rises {n} times.", "All sleep.") for n in range(9)]
    )
    library.write([entry_of("reka", "Реката расте.", "Всички спят.", language="bg")])
    return library


@pytest.fixture
def engine(milvus, filled):
    """The index of the library in Milvus."""
    store = MilvusStore.open(milvus, filled, 16)
    yield store.engine
    store.close()


def migrate(library: Library, *arguments: str) -> Result:
    data = str(library.path.parent)
    return CliRunner().invoke(cli, ["migrate", *arguments, "--data", data])


def test_there_and_back(filled, milvus):
    there = migrate(filled, "--to", milvus.uri)
    assert there.exit_code == 0
    assert there.stdout == f'Now configure:\n\n[store]\nuri = "{milvus.uri}"\n'
    assert there.stderr == (
        "20 sentences are there, 20 came now; of a sample 100.0% of the nearest sentences and"
        " 100.0% of the words are found\n"
    )
    store = open_store(milvus, filled, 16)
    assert store.catch_up() == 0
    same(seen(store), expected(filled))
    store.close()
    back = migrate(filled, "--to", "local")
    assert back.exit_code == 0
    assert back.stdout.endswith('uri = ""\n')
    same(seen(open_store(StoreSettings(), filled, 16)), expected(filled))


def test_for_programs(filled, milvus):
    facts = json.loads(migrate(filled, "--to", milvus.uri, "--json").stdout)
    assert facts.pop("seconds") >= 0
    assert facts.pop("furthest") < ROUNDED
    assert facts == {
        "to": milvus.uri,
        "brought": 20,
        "sentences": {"bg": 2, "en": 18},
        "expected": {"bg": 2, "en": 18},
        "recall": 1.0,
        "words": 1.0,
        "problems": [],
    }


def test_a_second_time_only_what_has_changed_is_brought(filled, milvus, engine):
    assert json.loads(migrate(filled, "--to", milvus.uri, "--json").stdout)["brought"] == 0
    filled.write([entry_of("salt", "Salt.")])
    assert json.loads(migrate(filled, "--to", milvus.uri, "--json").stdout)["brought"] == 1


def test_a_folder_lies_beside_the_library(filled):
    assert migrate(filled, "--to", "milvus.db").exit_code == 0
    assert (filled.path.parent / "milvus.db").is_dir()
    store = open_store(StoreSettings("milvus.db"), filled, 16)
    same(seen(store), expected(filled))
    store.close()


class Stop(Exception):
    """What an interruption is here."""


def test_interrupted_it_goes_on(filled, milvus, monkeypatch):
    monkeypatch.setattr("index.milvus.rows.ARTICLES", 2)
    steps = []

    def interrupt(step: int) -> None:
        steps.append(step)
        if len(steps) == 3:
            raise Stop

    with pytest.raises(Stop):
        move(filled, StoreSettings(), milvus.uri, progress=interrupt)
    assert steps == [4, 4, 4]
    run = migrate(filled, "--to", milvus.uri, "--json")
    assert json.loads(run.stdout)["brought"] == 8
    assert json.loads(run.stdout)["problems"] == []


INTERRUPTED = """
import os, signal
import citat
from index.milvus import store

read = store.passages

def interrupted(*arguments):
    os.kill(os.getpid(), signal.SIGINT)
    return read(*arguments)

store.passages = interrupted
citat.main()
"""


def test_ctrl_c_tells_how_to_go_on(filled):
    arguments = ["migrate", "--to", "milvus.db", "--data", str(filled.path.parent)]
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == (
        "Error: interrupted; what has been moved is kept, run it again to go on\n"
    )
    assert run.returncode == 1
    assert migrate(filled, "--to", "milvus.db").exit_code == 0


@pytest.mark.parametrize(
    "values",
    [{"format": 0}, {"encoder": "e5"}, {"dimension": 8}, {"token": 1}, {"generation": 99}],
    ids=str,
)
def test_an_index_that_no_longer_fits_is_made_anew(filled, milvus, engine, values):
    state = engine.state()
    assert state
    engine.note(replace(state, **values))
    facts = json.loads(migrate(filled, "--to", milvus.uri, "--json").stdout)
    assert facts["brought"] == 20
    assert facts["problems"] == []


class TestAnotherLibrary:
    @pytest.fixture
    def other(self, tmp_path):
        with Library.open(tmp_path / "other", create=True) as other:
            other.claim_encoder("toy")
            other.write([entry_of("salt", "Salt.")])
            yield other

    def test_is_not_replaced(self, filled, milvus, engine, other):
        run = migrate(other, "--to", milvus.uri)
        assert run.exit_code == 1
        assert "holds the index of another library" in run.stderr
        same(seen(open_store(milvus, filled, 16)), expected(filled))

    def test_is_replaced_where_that_is_asked_for(self, filled, milvus, engine, other):
        assert migrate(other, "--to", milvus.uri, "--replace").exit_code == 0
        same(seen(open_store(milvus, other, 16)), expected(other))


class TestChecking:
    """What is missing or wrong in a store is noticed."""

    def problems(self, library: Library, engine: Engine, settings: StoreSettings) -> str:
        store = open_store(settings, library, 16)
        problems = check(library, store).problems
        store.close()
        return "; ".join(problems)

    def test_a_missing_sentence(self, filled, milvus, engine):
        engine.remove(SENTENCES, [1])
        assert "it holds {'bg': 2, 'en': 17} sentences, the library" in self.problems(
            filled, engine, milvus
        )

    def test_another_vector(self, filled, milvus, engine):
        wrong = [1.0] + [0.0] * 15
        engine.add(SENTENCES, "en", [{"id": 1, "outlet": 1, "published": 1, "vector": wrong}])
        assert "a cosine differs by" in self.problems(filled, engine, milvus)

    def test_missing_words(self, filled, milvus, engine):
        engine.remove(PASSAGES, [1, 2, 3])
        assert "of the passages of a sample are found" in self.problems(filled, engine, milvus)

    def test_the_command_fails_and_tells_what_to_do(self, filled, milvus, engine):
        engine.remove(SENTENCES, [1])
        run = migrate(filled, "--to", milvus.uri)
        assert run.exit_code == 1
        assert run.stderr.startswith(f"Error: {milvus.uri} does not hold the archive: it holds {{")
        assert run.stderr.endswith(f"Make it anew: citat migrate --to {milvus.uri} --replace\n")


def test_an_empty_library_has_nothing_to_move(library, milvus):
    run = migrate(library, "--to", milvus.uri)
    assert run.exit_code == 1
    assert run.stderr == "Error: the library is empty; there is nothing to move\n"


def test_a_misspelt_place(filled):
    run = migrate(filled, "--to", "milvus")
    assert run.exit_code == 1
    assert "[store] uri = 'milvus' should be" in run.stderr
