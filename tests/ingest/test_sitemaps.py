"""Sitemaps and their indexes, packed or not, whole or broken."""

import gzip
from datetime import UTC, datetime

import pytest

from index.errors import SourceError
from ingest.sitemaps import Location, Sitemap, is_sitemap, read_sitemap, unpacked

NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://a.example/1 </loc>
<image:image><image:loc>https://a.example/1.jpg</image:loc></image:image>
<news:news><news:publication><news:name>Вести</news:name><news:language>bg</news:language>
</news:publication><news:publication_date>2025-06-01T10:00:00+03:00</news:publication_date>
<news:title>Мостът</news:title></news:news></url>
<url><loc>https://a.example/2</loc><lastmod>2025-06-02</lastmod></url>
<url><lastmod>2025-06-02</lastmod></url></urlset>"""
SECOND = Location("https://a.example/2", datetime(2025, 6, 2, tzinfo=UTC))


def test_a_news_sitemap_says_more_of_a_page_than_others():
    sitemap = read_sitemap(NEWS.encode())
    assert sitemap is not None
    first, second = sitemap.locations
    assert (first.url, first.title, first.outlet, first.language) == (
        *("https://a.example/1", "Мостът", "Вести", "bg"),
    )
    assert first.published == datetime.fromisoformat("2025-06-01T10:00:00+03:00")
    assert (sitemap.is_index, second) == (False, SECOND)


def test_an_index_names_sitemaps():
    index = b"<sitemapindex><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>"
    assert read_sitemap(index) == Sitemap(True, [Location("https://a.example/s.xml")])


def test_of_one_that_is_cut_short_the_whole_locations_are_read():
    cut = NEWS.encode()[: NEWS.encode().index(b"<url><lastmod>")]
    sitemap = read_sitemap(cut)
    assert sitemap is not None
    assert SECOND in sitemap.locations


@pytest.mark.parametrize(
    "data", [b"", b"<html><body/></html>", b"no xml", b"\x00\xff", b"<rss/>", "текст".encode()]
)
def test_any_other_document_is_none(data):
    assert read_sitemap(data) is None
    assert not is_sitemap(data.decode("latin-1"))


def test_entities_are_neither_expanded_nor_fetched():
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
        '<!ENTITY c SYSTEM "file:///etc/passwd">]>'
        "<urlset><url><loc>https://a.example/1</loc><title>&b;&c;</title></url></urlset>"
    )
    assert read_sitemap(bomb.encode()) == Sitemap(False, [Location("https://a.example/1")])


def test_a_packed_one_is_unpacked_up_to_a_limit():
    packed = gzip.compress(NEWS.encode())
    assert unpacked(packed, 10_000) == NEWS.encode()
    assert unpacked(b"<urlset/>", 1) == b"<urlset/>"
    with pytest.raises(SourceError, match=r"is larger than .* unpacked; raise max_bytes"):
        unpacked(packed, 100)
    with pytest.raises(SourceError, match="is a broken gzip file"):
        unpacked(packed[:2] + b"x" * 100, 100)
