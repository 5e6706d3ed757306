"""A small library with everything in it that can be damaged."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.database import FILE
from index.library import Library
from index.snapshots import open_index, save
from ingest.drafts import Draft
from ingest.pipeline import IngestSettings, Report, ingest

MAYOR = (
    "Кметът Иван Петков заяви, че мостът остава затворен до пролетта, защото опорите му са"
    " подкопани от реката. Вали от сутринта. Жителите на квартала искат автобус до центъра."
)
FLOOD = (
    "Четиринадесет къщи в долната част на селото бяха наводнени през нощта. Загинали няма.\n\n"
    "Водата достигна два метра и половина, каза началникът на пожарната Мария Колева."
)
HARBOUR = (
    "The harbour master told ship captains on Tuesday that the channel would not reopen."
    " The fish merchants accused her of being too cautious."
)


def draft(id_: str, text: str, **fields) -> Draft:
    return Draft(**{"origin": f"test:{id_}", "id": id_, "text": text} | fields)


def overwrite_table(data: Path, table: str) -> None:
    """Write zeros where a table begins."""
    with closing(sqlite3.connect(data / FILE)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (page,) = connection.execute(
            "select rootpage from sqlite_master where name = ?", [table]
        ).fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
    with (data / FILE).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))


@pytest.fixture(scope="session")
def small(encoder, tmp_path_factory) -> Path:
    """The folder of a library of three articles, with a snapshot; not to be changed."""
    folder: Path = tmp_path_factory.mktemp("small") / "data"
    published = datetime(2024, 4, 29, 10, 15, tzinfo=UTC)
    with Library.open(folder, create=True) as library:
        ingest(
            [
                draft("mayor", MAYOR, source="Кварц", language="bg", published=published),
                draft("flood", FLOOD, source="Хроника", language="bg", title="Наводнение"),
                draft("harbour", HARBOUR, url="https://port.example/1", author="E. Ray"),
            ],
            library,
            encoder,
            Report(),
            settings=IngestSettings(passage_tokens=32),
            progress=lambda _: None,
        )
        save(open_index(library, encoder.dimension), library)
    return folder


@pytest.fixture
def data(small, tmp_path):
    """The folder of a copy of it, to be changed."""
    folder = tmp_path / "data"
    shutil.copytree(small, folder)
    return folder
