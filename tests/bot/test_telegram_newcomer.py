"""The README's way from a token to the first answer, with the real command."""

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.phrases import phrase
from index.library import Library
from tests.bot.botapi import TOKEN, FakeBotApi, stored_in
from tests.bot.site import SENTENCE, served
from tests.bot.telegram_world import ANNA, quoted

CITAT = Path(__file__).parent.parent.parent / "citat.py"


@pytest.fixture
def site():
    with served() as address:
        yield address


@pytest.fixture
def configured(tmp_path):
    """Write the settings of somebody who follows the README; return the options that name them."""
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o600)

    def write(api, admins):
        (tmp_path / "citat.toml").write_text(
            f'[telegram]\ntoken_file = "{tmp_path / "token"}"\nadmins = {admins}\n'
            f'api_base_url = "{api.url}"\nlog_format = "json"\n[fetch]\nallow_private = true\n'
        )
        return ["--config", str(tmp_path / "citat.toml"), "--data", str(tmp_path / "data")]

    return write


@asynccontextmanager
async def bot(options):
    """Run `citat bot` until the block ends, in order."""
    environment = {name: value for name, value in os.environ.items() if "CITAT" not in name}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CITAT), "bot", *options),
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        _, written = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0, written.decode()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_from_a_token_to_the_first_answer(site, configured, tmp_path):
    Library.open(tmp_path / "data", create=True).close()

    async def told(api, text, count, wait_s=60):
        api.says(ANNA, text)
        await api.until(lambda: len(api.sent) >= count, wait_s)
        return api.sent[-1]

    async def first_day():
        async with FakeBotApi() as api:
            api.law.knows(stored_in(tmp_path / "data" / "library.db"))
            async with bot(configured(api, [])):
                stranger = await told(api, "hello?", 1)
            (id_,) = re.findall(r"\d+", stranger["text"])
            async with bot(configured(api, [int(id_)])):
                sign = await told(api, f"/ingest {site}", 2)
                await api.until(lambda: "Reading" not in api.now(sign)["text"], 60)
                answer = await told(api, "When does the ferry leave?", 3)
            return api.now(sign)["text"], answer

    taken_in, answer = asyncio.run(first_day())
    assert taken_in == phrase("en", "tg-ingest-done", added=1, updated=0, unchanged=0, skipped=0)
    assert SENTENCE in quoted(answer)[0]
