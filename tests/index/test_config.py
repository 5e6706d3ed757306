"""Settings come from one TOML file, and what is wrong in it is said with its place."""

import re
from dataclasses import dataclass

import pytest

from index.config import Config
from index.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Shop:
    name: str = "corner"
    price: float = 1.5
    shelves: int = 4
    open: bool = True
    goods: tuple[str, ...] = ("tea",)


@pytest.fixture
def read(tmp_path):
    def read_toml(text: str) -> Config:
        path = tmp_path / "citat.toml"
        path.write_text(text, encoding="utf-8")
        return Config.read(path)

    return read_toml


def test_without_a_file_every_setting_has_its_default():
    assert Config.read(None).table("shop", Shop) == Shop()


def test_where_the_file_is_silent_the_default_stands(read):
    assert read("[other]\na = 1\n").table("shop", Shop) == Shop()
    assert read('[shop]\nname = "магазин"\n').table("shop", Shop) == Shop(name="магазин")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("price = 2", Shop(price=2.0), id="whole-number-for-a-float"),
        pytest.param('goods = ["tea", "salt"]', Shop(goods=("tea", "salt")), id="list-to-tuple"),
        pytest.param("goods = []", Shop(goods=()), id="empty-list"),
        pytest.param("open = false", Shop(open=False), id="bool"),
    ],
)
def test_a_value_takes_the_type_of_its_setting(read, line, expected):
    settings = read(f"[shop]\n{line}\n").table("shop", Shop)
    assert settings == expected
    assert type(settings.price) is float


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("name = 3", "[shop] name = 3 should be a str", id="number-for-text"),
        pytest.param('shelves = "4"', "shelves = '4' should be a int", id="text-for-number"),
        pytest.param("shelves = 4.0", "shelves = 4.0 should be a int", id="float-for-int"),
        pytest.param("shelves = true", "shelves = True should be a int", id="bool-for-int"),
        pytest.param("price = true", "price = True should be a float", id="bool-for-float"),
        pytest.param("open = 1", "open = 1 should be a bool", id="int-for-bool"),
        pytest.param('goods = "tea"', "goods = 'tea' should be a tuple", id="text-for-list"),
    ],
)
def test_a_value_of_another_type_is_named_with_its_place(read, tmp_path, line, message):
    with pytest.raises(ConfigError, match=re.escape(message)) as raised:
        read(f"[shop]\n{line}\n").table("shop", Shop)
    assert str(raised.value).startswith(f"{tmp_path / 'citat.toml'}: [shop] ")


def test_an_unknown_setting_is_named_with_the_file_and_the_known_ones(read, tmp_path):
    with pytest.raises(ConfigError) as raised:
        read("[shop]\nprize = 2.0\n").table("shop", Shop)
    assert str(raised.value) == (
        f"{tmp_path / 'citat.toml'}: [shop] has no setting 'prize';"
        " it has goods, name, open, price, shelves"
    )


def test_a_value_outside_a_table_is_refused(read):
    with pytest.raises(ConfigError, match=r"citat\.toml: threshold stands outside a \[table\]"):
        read("threshold = 0.5\n[shop]\n")


@pytest.mark.parametrize(
    "content", [pytest.param(b"[shop\n", id="broken"), pytest.param(b"\xff\xfe", id="binary")]
)
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    path = tmp_path / "citat.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"citat\.toml is not a TOML file: "):
        Config.read(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read .*absent\.toml: No such file"):
        Config.read(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory"):
        Config.read(tmp_path)
