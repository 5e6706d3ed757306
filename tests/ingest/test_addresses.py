"""One page has many addresses; all of them have one key."""

import pytest

from ingest.addresses import clean, host, is_front_page, key, site


def key_of(url: str) -> str:
    cleaned = clean(url)
    assert cleaned is not None
    return key(cleaned)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.news.example/a/7?id=1",
        "http://news.example/a/7?id=1",
        "https://news.example:443/a/7/?id=1",
        "https://news.example/a/7?id=1#comments",
        "https://news.example/a/7?utm_source=x&id=1&utm_medium=y",
        "https://news.example/a/7?fbclid=x&id=1",
        "https://m.news.example/a/7?id=1",
        "https://amp.news.example/a/7/?id=1",
        "https://news.example/a/7/amp/?id=1",
        "https://news.example/a/7.amp?id=1",
        "https://news.example/a/7?id=1&amp=1",
        " https://NEWS.example/a/7/index.html?id=1",
    ],
)
def test_all_addresses_of_a_page_have_one_key(url):
    assert key_of(url) == "news.example/a/7?id=1"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a/8?id=1",
        "https://news.example/a/7?id=2",
        "https://news.example/a/7",
        "https://news.example:8080/a/7?id=1",
        "https://sport.news.example/a/7?id=1",
        "https://news.example/A/7?id=1",
        "https://news.example/a/7?id=1&gid=3",
    ],
)
def test_another_page_has_another_key(url):
    assert key_of(url) != "news.example/a/7?id=1"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("https://a.example", "https://a.example/", id="front"),
        pytest.param("HTTPS://A.example/x?b=2&a=1#z", "https://a.example/x?b=2&a=1", id="order"),
        pytest.param("http://a.example:80/новини", "http://a.example/новини", id="cyrillic"),
        pytest.param("http://[::1]:8080/x", "http://[::1]:8080/x", id="ipv6"),
        pytest.param("https://a.example/x?q=%D0%B0", "https://a.example/x?q=%D0%B0", id="coded"),
        pytest.param("mailto:a@b.example", None, id="mail"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param("/relative", None, id="relative"),
        pytest.param("http://[::1/", None, id="bracket"),
        pytest.param("http://a.example:99999/", None, id="port"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_an_address_is_cleaned_and_still_leads_there(url, shown):
    assert clean(url) == shown
    assert shown is None or clean(shown) == shown


def test_letters_and_their_codes_are_the_same():
    assert key("https://a.example/новини") == key(
        "https://a.example/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8"
    )


def test_a_site_is_its_host_without_what_changes_nothing():
    url = "https://www.news.example:8080/a"
    assert (host(url), site(url)) == ("www.news.example:8080", "news.example:8080")
    assert site("https://m.example/") == "m.example"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/", True),
        ("https://a.example/index.html", True),
        ("https://a.example/?p=7", False),
        ("https://a.example/x", False),
    ],
)
def test_the_front_page_is_known(url, expected):
    assert is_front_page(url) is expected
