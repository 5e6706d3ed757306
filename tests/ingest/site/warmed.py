"""A process that has loaded all that a life of the watcher needs, to be forked from."""

from ingest.drafts import Draft
from ingest.fetch import _tls
from ingest.pages import read_page
from ingest.pipeline import article_of
from ingest.sentences import split
from ingest.statements.extract import extract
from tests.ingest.site.life import live
from tests.ingest.site.outlet import page

__all__ = ["live"]

TEXT = "The mayor said that the bridge was open. A farmer closed the road on Monday, he added."

_tls()
_read = read_page(page("Warm", [TEXT]).body.decode(), "warm")
_article = article_of(Draft(origin="warm", text=_read.text))
split(_article.text, _article.language)
extract(_article.text, _article.language)
