"""The newsroom, as a conversation over its library."""

import pytest

from bot.conversation import Conversation
from index.library import Library
from index.search import Searcher
from tests.bot.views.newsroom import fill


@pytest.fixture(scope="session")
def newsroom(encoder, tmp_path_factory):
    """The folder of a library of the stories; not to be changed."""
    with Library.open(tmp_path_factory.mktemp("newsroom"), create=True) as library:
        return fill(library, encoder)


@pytest.fixture(scope="session")
def desk(newsroom, encoder):
    """A conversation over the newsroom."""
    with Library.open(newsroom) as library:
        yield Conversation(Searcher(library, encoder))
