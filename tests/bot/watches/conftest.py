"""The archive of the bridge, empty of news."""

import pytest

from bot.watches.store import Watches
from index.library import Library
from index.search import Searcher
from tests.bot.watches.bridge import CUP, OLD, Bridge


@pytest.fixture
def bridge(library, encoder):
    library.claim_encoder(encoder.identity)
    folder = library.path.parent
    with Library.open(folder) as read, Watches.open(folder) as watches:
        bridge = Bridge(library, Searcher(read, encoder), watches)
        bridge.prints("old", OLD)
        bridge.prints("sport", CUP)
        yield bridge
