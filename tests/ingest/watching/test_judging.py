"""What a page answers is not always the article that was asked for."""

from dataclasses import replace

import httpx
import pytest

from index.errors import SourceError
from index.records import Article
from ingest.drafts import Draft
from ingest.fetch import Answer
from ingest.watching.judging import alike, fingerprint, read_article, refuse_another
from tests.ingest.site.outlet import page

TEXT = "The council has sold the old mill to a baker from the next valley. It opens in May."
URL = "https://www.news.example/mill"
OWN = "https://news.example/m"


def answered(title=None, text=TEXT, url=URL, head=""):
    body = page(title or "The mill", [text]).body.replace(b"</head>", head.encode() + b"</head>")
    return Answer(url, 200, httpx.Headers(), None, body, "text/html", "utf-8")


def canonical(url):
    return f"<link rel='canonical' href='{url}'>"


@pytest.mark.parametrize(
    ("head", "url"),
    [
        pytest.param("", URL, id="none"),
        pytest.param(
            canonical("https://news.example/m?utm_id=1"), "https://news.example/m", id="own"
        ),
        pytest.param(canonical("https://other.example/m"), URL, id="of-another-site"),
    ],
)
def test_the_canonical_address_is_believed_within_a_site(head, url):
    assert read_article(answered(head=head), URL).url == url


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(answered(url="https://id.example/login?next=x"), "a login page", id="login"),
        pytest.param(answered(url="https://news.example/"), "leads to the front page", id="front"),
        pytest.param(
            answered(head=canonical("https://news.example/")),
            "it is the front page",
            id="canonical",
        ),
        pytest.param(
            answered("404", "Sorry, this page was not found anywhere on our site."),
            "says that it is not found",
            id="not-found",
        ),
        pytest.param(
            answered("Грешка", "Съжаляваме, страницата не е намерена. Опитайте по-късно."),
            "says that it is not found",
            id="not-found-bg",
        ),
        pytest.param(answered(text="Short."), "has no article text", id="nothing"),
    ],
)
def test_what_is_no_article_is_refused(answer, told):
    with pytest.raises(SourceError, match=told):
        read_article(answer, URL)


@pytest.mark.parametrize("path", ["/login-of-the-year", "/authors-day", "/subscribers-rise"])
def test_an_article_about_logins_is_no_login_page(path):
    url = f"https://news.example{path}"
    assert read_article(answered(url=url), URL).text == TEXT


STORED = Article("a", f"{TEXT} " * 5, "The mill", "News", "en")


def test_a_corrected_text_is_taken():
    refuse_another(Draft(origin="", text=TEXT), STORED.text.replace("May", "June"), STORED)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(TEXT, "is much shorter than the stored article", id="stub"),
        pytest.param("Quite another thing happened here. " * 20, "holds another text", id="other"),
    ],
)
def test_a_stub_and_another_text_are_not(text, told):
    with pytest.raises(SourceError, match=told):
        refuse_another(Draft(origin="", text=text), text, STORED)


def test_versions_of_a_text_are_alike_and_others_are_not():
    assert alike(TEXT, TEXT.replace("May", "June"))
    assert not alike(TEXT, "Divers found a bell below the pier; nobody knows from which ship.")


def test_a_fingerprint_is_of_what_a_reader_sees():
    draft = Draft(origin="x", text=TEXT, title="The mill")
    assert fingerprint(replace(draft, origin="y", author="Ann")) == fingerprint(draft)
    assert fingerprint(replace(draft, title="The old mill")) != fingerprint(draft)
