"""A database for the bot, and pauses that are short."""

import pytest

from bot.telegram.delivery import intake, sending
from index.library import Library


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(intake, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(sending, "PAUSE_S", 0.02)
    monkeypatch.setattr(sending, "OUTAGE_S", 0.3)
