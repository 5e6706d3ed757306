"""The bot over the sample archive, with the built-in encoder: what is sent is what is stored."""

import asyncio

import pytest

from tests.bot.telegram_world import ANNA, BORIS, VERA, quoted, talking


@pytest.mark.parametrize(
    ("reader", "question"),
    [
        pytest.param(ANNA, "what did Putin tell Netanyahu?", id="en"),
        pytest.param(BORIS, "какво каза Путин на Нетаняху?", id="bg"),
        pytest.param(VERA, "что Путин сказал Нетаньяху?", id="ru"),
    ],
)
def test_every_quotation_on_every_page_is_its_slice_of_the_stored_article(
    conversation, archive, own_archive, reader, question
):
    expected = [archive.words(quote.span) for quote in conversation.ask(question).quotes]

    async def talk():
        async with talking(own_archive / archive.path.name, conversation) as api:
            api.says(reader, question)
            (answer,) = await api.answers(1)
            found = quoted(answer)
            while button := next_button(api.now(answer)):
                before = api.now(answer)["text"]
                api.presses(reader, answer, button)
                await api.until(lambda: api.now(answer)["text"] != before)  # noqa: B023
                found += quoted(api.now(answer))
            return found

    assert asyncio.run(talk()) == expected
    assert expected


def next_button(message):
    """What the button to the next page sends; none on the last page, whose last button is 4/4."""
    if "reply_markup" not in message:
        return None
    button = message["reply_markup"]["inline_keyboard"][0][-1]
    page, _, pages = button["text"].partition("/")
    return None if page == pages else button["callback_data"]


def test_a_name_the_archive_never_mentions_is_said_to_be_so(conversation, archive, own_archive):
    async def talk():
        async with talking(own_archive / archive.path.name, conversation) as api:
            api.says(ANNA, "what did Ronaldinho tell Beckenbauer?")
            (answer,) = await api.answers(1)
            return answer

    answer = asyncio.run(talk())
    understood, reason = answer["text"].split("\n\n")
    assert understood == "said by Ronaldinho · to Beckenbauer"
    assert "the archive never mentions" in reason
    assert quoted(answer) == []
