"""Whatever the bot quotes, in any test, is a slice of a stored article, or the test fails."""

import asyncio
from contextlib import closing

import httpx
import pytest

from tests.bot.botapi import FakeBotApi, Reader
from tests.bot.telegram_world import ANNA, HARBOUR, LineFinder, articles_of, talking

ARTICLE = "The whale says. Nobody asks the whale."
QUOTE = "<blockquote expandable>{}</blockquote>\nSource"


def sends(method, text, *, articles=(ARTICLE,), **more):
    """Let a bot send one text by a method."""

    async def run():
        async with FakeBotApi(articles=articles) as api, httpx.AsyncClient() as client:
            api.says(Reader(1), "question")
            data = {"chat_id": 1, "text": text, "parse_mode": "HTML", **more}
            if method == "editMessageText":
                address = f"{api.url}/bot{api.token}/sendMessage"
                sent = await client.post(address, json={"chat_id": 1, "text": "old"})
                data["message_id"] = sent.json()["result"]["message_id"]
            if method == "answerInlineQuery":
                content = {"message_text": text, "parse_mode": "HTML"}
                result = {"type": "article", "id": "1", "title": "T"}
                data["results"] = [result | {"input_message_content": content}]
                data["inline_query_id"] = api.inline(Reader(1), "whale")
            answered = await client.post(f"{api.url}/bot{api.token}/{method}", json=data)
            assert answered.status_code == 200

    asyncio.run(run())


METHODS = ["sendMessage", "editMessageText", "sendMessageDraft", "answerInlineQuery"]


@pytest.mark.parametrize("method", METHODS)
def test_a_slice_of_an_article_may_be_quoted(method):
    sends(method, QUOTE.format("Nobody asks the whale."), draft_id=1)


@pytest.mark.parametrize("method", METHODS)
def test_a_quotation_that_no_article_holds_fails_the_test(method):
    with pytest.raises(AssertionError) as broken:
        sends(method, QUOTE.format("Nobody asked the whale."), draft_id=1)
    assert str(broken.value) == (
        f"{method} quotes what none of 1 stored articles holds: 'Nobody asked the whale.'\n"
        "in the message 'Nobody asked the whale.\\nSource'"
    )


def test_each_part_of_a_quotation_is_a_slice_by_itself():
    parts = "".join(f"<blockquote>{part}</blockquote> […] " for part in ARTICLE.split(". "))
    sends("sendMessage", parts)
    with pytest.raises(AssertionError, match=r"'The whale says \[…\] the whale.'"):
        sends("sendMessage", QUOTE.format("The whale says […] the whale."))


def test_who_knows_no_articles_may_quote_nothing():
    sends("sendMessage", "no quotation", articles=())
    with pytest.raises(AssertionError, match="none of 0 stored articles"):
        sends("sendMessage", QUOTE.format("whale"), articles=())


def test_an_error_of_the_test_itself_goes_first_and_has_a_note():
    async def run():
        async with FakeBotApi() as api:
            api.law.violations.append("a broken law")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as failed:
        asyncio.run(run())
    assert failed.value.__notes__ == ["a broken law"]


def test_the_bot_of_the_tests_is_held_to_the_articles_of_its_conversation(tmp_path):
    class Inventing(LineFinder):
        """Shows what was deleted from the archive, unlike any real one."""

        def verified(self, answer):
            self.articles.pop(HARBOUR.id, None)
            return answer

    async def run():
        async with talking(tmp_path / "library.db", Inventing()) as api:
            api.says(ANNA, "harbour?")
            await api.answers(1)

    with pytest.raises(AssertionError, match="quotes what none of 2 stored articles holds"):
        asyncio.run(run())


def test_an_archive_is_read_anew_each_time(own_archive, archive, encoder):
    from bot.conversation import Conversation
    from index.library import Library
    from index.search import Searcher

    with closing(Library.open(own_archive)) as library:
        texts = articles_of(Conversation(Searcher(library, encoder)))
        before = list(texts())
        assert before == [article.text for article in archive.articles(newest_first=False)]
        library._db.execute("update articles set text = 'changed'")
        assert set(texts()) == {"changed"}
