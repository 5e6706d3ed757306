"""citat: what `citat ingest` and `citat search` do, statements and copies included."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.protocol import BEST, Find, Passage, TakeIn, speak
from index.config import Config
from index.options import Options

PASSAGES = 30
"""As many as an answer is chosen from; an article may have several."""


def taking_in(_: Path, store: Path) -> TakeIn:
    from index.snapshots import open_index, save
    from ingest.drafts import Draft
    from ingest.pipeline import IngestSettings, Report, ingest

    options = _options(store)
    encoder = options.encoder()

    def take_in(passages: Sequence[Passage]) -> Mapping[str, float]:
        drafts = (
            Draft(origin="passages", id=passage.id, text=passage.text) for passage in passages
        )
        report, settings = Report(), IngestSettings()
        with options.library(create=True) as library:
            ingest(drafts, library, encoder, report, settings=settings, progress=lambda _: None)
            save(open_index(library, encoder.dimension), library)
        return {
            "seconds": report.seconds,
            "encoding": report.encoding_seconds,
            "statements": report.statement_seconds,
            "skipped": len(report.skipped),
        }

    return take_in


def finding(_: Path, store: Path) -> Find:
    searcher = _options(store).searcher()

    def find(question: str) -> Sequence[str]:
        hits = searcher.search(searcher.parse(question), limit=PASSAGES)
        return [*dict.fromkeys(hit.passage.span.article for hit in hits)][:BEST]

    return find


def _options(store: Path) -> Options:
    return Options(Config.read(None), store, as_json=False)


if __name__ == "__main__":
    speak(taking_in, finding)
