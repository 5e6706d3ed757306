"""A backup is whole or not there, and what it is restored to is the library that it was of."""

import gzip
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from filelock import FileLock

from citat import cli
from index.database import FILE
from index.errors import LibraryError
from index.keeping.backup import backup
from index.keeping.container import MANIFEST, MOST_MANIFEST, SUMS
from index.keeping.manifest import Manifest
from index.keeping.restore import restore
from index.keeping.verify import verify
from index.library import Library
from tests.conftest import entry_of
from tests.index.keeping.conftest import overwrite_table

KILLS = 3
TABLES = (
    "articles",
    "sentences",
    "passages",
    "statements",
    "copy_bands",
    "former_words",
    "outlet_lines",
)
HOLDER = """
import pathlib, sys
from index.library import Library
library = Library.open(pathlib.Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def quiet(_done: int, _total: int) -> None:
    pass


def take(data, target, *, packed=False, force=False) -> Manifest:
    with Library.open(data) as library:
        return backup(library, target, packed=packed, force=force, progress=quiet)


def bring_back(path, folder, *, force=False) -> Manifest:
    return restore(path, folder, force=force, progress=quiet)


def contents(data) -> list[object]:
    """All that is stored, but the identity."""
    with Library.open(data) as library:
        stored = [library.rows(f"select * from {table} order by 1, 2") for table in TABLES]
        words = library.rows("select rowid, stems, names, title from words order by rowid")
        return [*stored, words, library.encoder]


def names(folder) -> list[str]:
    """What lies in a folder, whatever SQLite keeps beside a file that is open."""
    found = (path.name for path in folder.iterdir() if path.suffix not in {".db-wal", ".db-shm"})
    return sorted(found)


def parts_of(path) -> dict[str, bytes]:
    """What is in a backup, in its order."""
    with tarfile.open(path) as tar:
        opened = ((name, tar.extractfile(name)) for name in tar.getnames())
        return {name: file.read() for name, file in opened if file}


def sums_of(parts) -> bytes:
    return "".join(
        f"{sha256(parts[name]).hexdigest()}  {name}\n" for name in (MANIFEST, FILE)
    ).encode()


def packed_up(parts, target) -> Path:
    """Write parts as a backup, with checksums that fit."""
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in (parts | {SUMS: sums_of(parts)}).items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return Path(target)


@pytest.fixture
def taken(data, tmp_path):
    """A backup of the small library."""
    path = tmp_path / "taken" / "library.tar"
    take(data, path)
    return path


class TestBackup:
    @pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
    def test_what_is_restored_is_what_was_backed_up(self, data, encoder, tmp_path, packed):
        manifest = take(data, tmp_path / "b", packed=packed)
        again = tmp_path / "again"
        assert bring_back(tmp_path / "b", again) == manifest
        assert contents(again) == contents(data)
        with Library.open(again) as library:
            assert verify(library, encoder, lambda _: None, deep=True).wrong == {}

    def test_the_file_is_an_ordinary_tar_with_ordinary_checksums(self, taken):
        parts = parts_of(taken)
        assert [*parts] == [MANIFEST, FILE, SUMS]
        assert parts[SUMS] == sums_of(parts)
        manifest = json.loads(parts[MANIFEST])
        assert manifest["size"] == len(parts[FILE])
        assert manifest["counts"] == {
            "articles": 3,
            "sentences": 8,
            "passages": 5,
            "statements": 3,
        }

    def test_what_is_written_meanwhile_is_not_in_it_and_does_not_make_it_begin_again(
        self, data, tmp_path, monkeypatch
    ):
        monkeypatch.setattr("index.database._COPIED_PAGES", 4)
        before, done = contents(data), list[int]()

        def meanwhile(pages: int, total: int) -> None:
            if total < 1000:  # of pages, and not of bytes
                with Library.open(data) as other:
                    other.rows("insert into outlet_lines values ('a', ?, 'b')", str(pages))
                done.append(pages)

        with Library.open(data) as library:
            backup(library, tmp_path / "b", packed=False, force=False, progress=meanwhile)
        assert len(done) > 5
        assert done == sorted(set(done))
        bring_back(tmp_path / "b", tmp_path / "again")
        assert contents(tmp_path / "again") == before

    def test_a_damaged_library_is_not_backed_up(self, data, tmp_path):
        overwrite_table(data, "statements")
        with pytest.raises(LibraryError, match="damaged"):
            take(data, tmp_path / "kept" / "b.tar")
        assert names(tmp_path / "kept") == []

    def test_too_little_room_is_said_before_anything_is_written(self, data, tmp_path, monkeypatch):
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100_000))
        with pytest.raises(LibraryError, match=r"needs \d MB while it is made, but only 0 MB"):
            take(data, tmp_path / "kept" / "b.tar")
        assert names(tmp_path / "kept") == []

    def test_what_killed_processes_have_left_is_removed_after_an_hour(self, data, tmp_path):
        fresh, old = (tmp_path / f".citat-backup-{pid}" for pid in (1, 2))
        for left in (fresh, old):
            left.mkdir()
            (left / FILE).write_bytes(b"half")
        for path in (old / FILE, old):
            os.utime(path, (0, 0))
        take(data, tmp_path / "b.tar")
        assert fresh.exists()
        assert not old.exists()


class TestRestore:
    @pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
    @pytest.mark.parametrize("share", [0, 0.0001, 0.001, 0.01, 0.3, 0.6, 0.99, 0.99999])
    def test_a_backup_cut_short_is_refused(self, data, tmp_path, share, packed):
        take(data, whole := tmp_path / "b", packed=packed)
        cut = tmp_path / "cut"
        cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
        with pytest.raises(LibraryError, match="is no whole backup of citat: it is cut short"):
            bring_back(cut, tmp_path / "again")
        assert not (tmp_path / "again").exists()

    @pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
    def test_one_changed_byte_anywhere_is_found(self, data, tmp_path, packed):
        take(data, whole := tmp_path / "b", packed=packed)
        dice = random.Random(1)
        good = whole.read_bytes()
        for _ in range(25):
            bad = bytearray(good)
            bad[dice.randrange(600, len(good) - 1024)] ^= 1 << dice.randrange(8)
            (tmp_path / "bad").write_bytes(bad)
            with pytest.raises(LibraryError, match=r"citat|another program"):
                bring_back(tmp_path / "bad", tmp_path / "again")
        assert not (tmp_path / "again").exists()

    @pytest.mark.parametrize(
        ("data_of_file", "reason"),
        [
            pytest.param(b"", "it is cut short", id="empty"),
            pytest.param(b"text" * 1000, "there is no manifest.json", id="text"),
            pytest.param(gzip.compress(b"text" * 1000), "there is no manifest.json", id="gzip"),
            pytest.param(gzip.compress(bytes(10**8)), "there is no manifest.json", id="bomb"),
            pytest.param(b"SQLite format 3\0" + bytes(8192), "there is no manifest", id="sqlite"),
        ],
    )
    def test_other_files_are_refused(self, tmp_path, data_of_file, reason):
        (tmp_path / "file").write_bytes(data_of_file)
        with pytest.raises(LibraryError, match=reason):
            bring_back(tmp_path / "file", tmp_path / "again")

    def test_a_file_that_is_not_there_is_said_so(self, tmp_path):
        with pytest.raises(LibraryError, match="No such file"):
            bring_back(tmp_path / "file", tmp_path / "again")

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            pytest.param({"program": "x"}, "a backup of another program", id="program"),
            pytest.param({"format": 2}, "a newer version of citat", id="format"),
            pytest.param({"schema": ["m999_wings"]}, "a newer version of citat", id="schema"),
            pytest.param({"schema": 7}, "its manifest is damaged", id="schema-no-list"),
            pytest.param({"size": "7"}, "its manifest is damaged", id="size-no-number"),
            pytest.param({"size": 7}, f"there is no {FILE} where", id="larger-than-it-says"),
            pytest.param(
                {"notes": "x" * MOST_MANIFEST}, "there is no manifest.json", id="long-manifest"
            ),
        ],
    )
    def test_what_the_manifest_says_is_checked(self, taken, tmp_path, changes, reason):
        parts = parts_of(taken)
        parts[MANIFEST] = json.dumps(json.loads(parts[MANIFEST]) | changes).encode()
        odd = packed_up(parts, tmp_path / "odd")
        with pytest.raises(LibraryError, match=reason):
            bring_back(odd, tmp_path / "again")
        assert not (tmp_path / "again").exists()

    def test_a_library_that_is_damaged_inside_a_sound_file_is_refused(self, taken, tmp_path):
        parts = parts_of(taken)
        stored = bytearray(parts[FILE])
        stored[len(stored) // 2 : len(stored) // 2 + 16384] = bytes(16384)
        bad = packed_up(parts | {FILE: bytes(stored)}, tmp_path / "bad.tar")
        with pytest.raises(LibraryError, match="is damaged"):
            bring_back(bad, tmp_path / "again")
        assert not (tmp_path / "again").exists()

    def test_too_little_room_is_said_before_anything_is_written(
        self, taken, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        with pytest.raises(LibraryError, match="MB are free"):
            bring_back(taken, tmp_path / "again")
        assert not (tmp_path / "again").exists()

    def test_a_folder_that_holds_something_is_left_alone(self, data, taken):
        before, inside = contents(data), names(data)
        with pytest.raises(LibraryError, match="is not empty"):
            bring_back(taken, data)
        assert (contents(data), names(data)) == (before, inside)

    def test_by_force_the_old_library_is_kept_beside(self, data, taken):
        with Library.open(data) as library:
            library.remove(["mayor"])
        old = contents(data)
        bring_back(taken, data, force=True)
        with Library.open(data) as library:
            assert library.article("mayor")
        (aside,) = data.glob("before-restore-*")
        assert contents(aside) == old

    def test_a_library_beyond_opening_is_replaced_and_kept_too(self, data, taken):
        (data / FILE).write_bytes(b"nonsense" * 1000)
        (data / f"{FILE}-wal").write_bytes(b"of another")
        bring_back(taken, data, force=True)
        with Library.open(data) as library:
            assert library.counts()["articles"] == 3
        (aside,) = data.glob("before-restore-*")
        assert (aside / FILE).read_bytes() == b"nonsense" * 1000

    def test_a_library_in_use_is_not_replaced(self, data, taken):
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert holder.stdout
        assert holder.stdout.readline() == b"open\n"
        try:
            with pytest.raises(LibraryError, match="another process is using the library"):
                bring_back(taken, data, force=True)
        finally:
            holder.communicate()
        bring_back(taken, data, force=True)

    def test_a_folder_with_a_bot_in_it_is_left_alone(self, data, taken):
        with (
            FileLock(data / "bot.lock"),
            pytest.raises(LibraryError, match="another process is using the library"),
        ):
            bring_back(taken, data, force=True)
        assert [*data.glob("before-restore-*")] == []

    def test_no_snapshot_of_another_state_is_taken_for_its_own(
        self, data, taken, encoder, tmp_path
    ):
        """After the backup the library grew one way; restored, it grows another way."""
        from index.snapshots import open_index, save

        def grow(words: str) -> None:
            with Library.open(data) as library:
                vectors = encoder.encode_passages([words])
                library.write([entry_of("later", words, vectors=vectors)])
                save(open_index(library, encoder.dimension), library)

        grow("A whale came up.")
        (later,) = data.glob("vectors-*")
        shutil.copytree(later, tmp_path / later.name)
        bring_back(taken, data, force=True)
        assert [*data.glob("vectors-*")] == []
        shutil.copytree(tmp_path / later.name, later)
        grow("The strike is over.")
        with Library.open(data) as library:
            assert verify(library, encoder, lambda _: None).wrong == {}


class TestCommands:
    def run(self, *arguments):
        return CliRunner().invoke(cli, [*map(str, arguments)])

    def test_there_and_back(self, data, tmp_path):
        path, again = tmp_path / "b.tar", tmp_path / "again"
        run = self.run("backup", path, "--data", data)
        assert (run.exit_code, run.stdout) == (0, "")
        assert run.stderr.startswith(f"{path}: 3 articles, ")
        run = self.run("restore", path, "--data", again, "--json")
        assert run.exit_code == 0
        assert json.loads(run.stdout)["folder"] == str(again)
        assert contents(again) == contents(data)

    def test_a_file_that_exists_is_replaced_by_force_only(self, data, tmp_path):
        path = tmp_path / "b.tar"
        path.write_text("mine")
        run = self.run("backup", path, "--data", data)
        assert run.exit_code == 1
        assert run.stderr == (
            f"Error: {path} exists; choose another name, or replace it with --force\n"
        )
        assert path.read_text() == "mine"
        assert self.run("backup", path, "--data", data, "--force").exit_code == 0
        assert self.run("restore", path, "--data", tmp_path / "again").exit_code == 0

    def test_in_a_folder_the_newest_are_kept(self, data, tmp_path):
        folder = tmp_path / "kept"
        folder.mkdir()
        (folder / "citat-of-my-own.tar").write_text("mine")
        with Library.open(tmp_path / "other", create=True):
            pass
        take(tmp_path / "other", folder / "citat-20200101-000000.tar")
        for day in (1, 2, 3):
            take(data, folder / f"citat-2020020{day}-000000.tar")
        run = self.run("backup", folder, "--data", data, "--gzip", "--keep", "2", "--json")
        assert run.exit_code == 0
        done = json.loads(run.stdout)
        assert [Path(old).name for old in done["removed"]] == [
            "citat-20200202-000000.tar",
            "citat-20200201-000000.tar",
        ]
        assert names(folder) == [
            "citat-20200101-000000.tar",
            "citat-20200203-000000.tar",
            Path(done["file"]).name,
            "citat-of-my-own.tar",
        ]

    @pytest.mark.parametrize("arguments", [["b.tar", "--keep", "2"], ["b.tar", "--gzip"], ["b"]])
    def test_what_is_meant_for_a_folder_or_has_no_known_ending(self, data, arguments):
        assert self.run("backup", *arguments, "--data", data).exit_code == 2

    def test_a_name_that_ends_in_gz_is_packed(self, data, tmp_path):
        assert self.run("backup", tmp_path / "b.tar.gz", "--data", data).exit_code == 0
        with gzip.open(tmp_path / "b.tar.gz") as packed:
            assert packed.read(len(MANIFEST)) == MANIFEST.encode()

    def test_a_refusal_is_one_line(self, data, tmp_path):
        (tmp_path / "b.tar").write_bytes(b"x" * 2000)
        run = self.run("restore", tmp_path / "b.tar", "--data", tmp_path / "again")
        assert run.exit_code == 1
        assert run.stderr.count("\n") == 1


class TestKilled:
    @pytest.fixture
    def large(self, data):
        """The folder of a library that takes a while to copy."""
        with closing(sqlite3.connect(data / FILE)) as connection:
            connection.execute("create table padding (bytes blob)")
            connection.execute("insert into padding values (randomblob(20000000))")
            connection.commit()
        return data

    def kill_while(self, command, folder, pattern, wait):
        process = subprocess.Popen(
            [sys.executable, "-m", "citat", *map(str, command)], stderr=subprocess.DEVNULL
        )
        while process.poll() is None and not any(folder.glob(pattern)):
            time.sleep(0.001)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def test_a_backup_is_whole_or_not_there(self, large, tmp_path):
        dice, folder = random.Random(2), tmp_path / "kept"
        folder.mkdir()
        for number in range(KILLS):
            path = folder / f"{number}.tar"
            command = ("backup", path, "--data", large)
            self.kill_while(command, folder, ".citat-backup-*", dice.uniform(0, 0.3))
            for left in folder.glob(".citat-backup-*"):
                shutil.rmtree(left)
            if path.exists():
                bring_back(path, tmp_path / f"again-{number}")
        take(large, folder / "last.tar")
        bring_back(folder / "last.tar", tmp_path / "again")

    def test_a_restored_library_is_there_or_the_old_one_is(self, large, data, tmp_path):
        dice, path = random.Random(3), tmp_path / "b.tar"
        take(large, path)
        with Library.open(data) as library:
            library.remove(["mayor"])
        old = contents(data)
        for _ in range(KILLS):
            command = ("restore", path, "--data", data, "--force")
            self.kill_while(command, data, ".restore-*", dice.uniform(0, 0.5))
            if contents(data) != old:
                break
        else:
            bring_back(path, data, force=True)
        with Library.open(data) as library:
            assert library.rows("pragma integrity_check") == [("ok",)]
            assert library.counts()["articles"] == 3
        assert any(contents(aside) == old for aside in data.glob("before-restore-*"))


def test_taken_while_articles_come_in_and_questions_are_asked(encoder, tmp_path):
    articles, total = tmp_path / "articles.jsonl", 40
    text = "Кметът {0} отказа {0} пъти да отвори моста. Мостът остава затворен до {0} май."
    lines = ({"id": f"id{n}", "language": "bg", "text": text.format(n)} for n in range(total))
    articles.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    config, data = tmp_path / "config.toml", tmp_path / "data"
    config.write_text("[ingest]\nbatch_articles = 2\n", encoding="utf-8")
    command = [sys.executable, "-m", "citat"]
    own = ["--data", data, "--config", config]
    ingesting = subprocess.Popen([*command, "ingest", articles, *own], stderr=subprocess.DEVNULL)
    while ingesting.poll() is None and not (data / FILE).exists():
        time.sleep(0.01)
    asking = subprocess.Popen(
        [*command, "search", "--jsonl", *own], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert asking.stdin
    backups: list[Path] = []
    while ingesting.poll() is None:
        time.sleep(0.02)
        with Library.open(data) as library:
            if library.counts()["articles"] > 10 * len(backups):
                path = tmp_path / f"{len(backups)}.tar"
                backup(library, path, packed=False, force=False, progress=quiet)
                backups.append(path)
                asking.stdin.write(b'{"id": 1, "question": "who refused?"}\n')
                asking.stdin.flush()
    answers, _ = asking.communicate()
    assert (ingesting.returncode, asking.returncode) == (0, 0)
    assert len(answers.splitlines()) == len(backups)
    counts = []
    for number, path in enumerate(backups):
        bring_back(path, again := tmp_path / f"again-{number}")
        with Library.open(again) as library:
            assert verify(library, encoder, lambda _: None).wrong == {}
            counts.append(library.counts()["articles"])
    assert any(0 < count < total for count in counts)
