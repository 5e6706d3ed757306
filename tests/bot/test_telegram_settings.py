"""The [telegram] table and the token: what is allowed, and what is said when it is not."""

import pytest

from bot.telegram.settings import TelegramSettings, read_token
from index.config import Config
from index.errors import ConfigError


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text("123456:from-a-file\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_bot_is_closed_by_default():
    settings = Config.read(None).table("telegram", TelegramSettings)
    assert settings == TelegramSettings()
    assert (settings.open_to_all, settings.allowed_users, settings.allowed_chats) == (
        False,
        (),
        (),
    )


def test_ids_come_from_the_configuration(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[telegram]\nallowed_users = [1, 2]\nallowed_chats = [-100]\n")
    settings = Config.read(path).table("telegram", TelegramSettings)
    assert (settings.allowed_users, settings.allowed_chats) == ((1, 2), (-100,))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        pytest.param({"quotes_per_message": 0}, "quotes_per_message = 0", id="no-quotes"),
        pytest.param({"quotes_per_message": 21}, "between 1 and 20", id="too-many-quotes"),
        pytest.param({"watches_per_chat": -1}, "watches_per_chat = -1", id="no-watches"),
        pytest.param(
            {"stop_within_seconds": 0}, "stop_within_seconds = 0 should be more", id="no-time"
        ),
        pytest.param({"webhook_url": "bot.example"}, "start with https://", id="no-address"),
        pytest.param({"questions_per_minute": -1}, "questions_per_minute = -1", id="no-limit"),
        pytest.param({"questions_per_hour": -1}, "questions_per_hour = -1", id="no-hour"),
        pytest.param({"chat_questions_per_minute": -1}, "not be negative", id="no-chat"),
        pytest.param({"keep_days": 0}, "keep_days = 0 should be 1 or more", id="keeps-nothing"),
        pytest.param({"keep_days": 10**6}, "keep_days = 1000000 should", id="keeps-for-ever"),
        pytest.param({"flag_changes_days": -1}, "flag_changes_days = -1", id="no-flags"),
        pytest.param({"log_format": "xml"}, "'xml' should be one of text, json", id="xml"),
        pytest.param({"metrics_port": 65536}, "metrics_port = 65536", id="no-port"),
        pytest.param({"admins": ("@anna",)}, "admins holds '@anna'", id="a-name-of-an-admin"),
        pytest.param({"api_base_url": "api.telegram.org"}, "start with https://", id="no-scheme"),
        pytest.param({"allowed_users": ("@anna",)}, "allowed_users holds '@anna'", id="a-name"),
        pytest.param({"allowed_chats": (True,)}, "allowed_chats holds True", id="a-flag"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(values, told):
    with pytest.raises(ConfigError, match=told):
        TelegramSettings(**values)


def test_the_environment_comes_before_the_file(token_file):
    settings = TelegramSettings(token_file=str(token_file))
    assert read_token(settings, {"CITAT_TELEGRAM_TOKEN": " 654321:first "}) == "654321:first"
    assert read_token(settings, {"CITAT_TELEGRAM_TOKEN": " "}) == "123456:from-a-file"


def test_a_supervisor_may_name_a_file_of_its_own(token_file, tmp_path, caplog):
    given = tmp_path / "given"
    given.write_text("123456:given\n")
    given.chmod(0o444)  # guarded by the folder it lies in
    settings = TelegramSettings(token_file=str(token_file))
    assert read_token(settings, {"CITAT_TELEGRAM_TOKEN_FILE": str(given)}) == "123456:given"
    both = {"CITAT_TELEGRAM_TOKEN": "654321:first", "CITAT_TELEGRAM_TOKEN_FILE": str(given)}
    assert read_token(settings, both) == "654321:first"
    assert caplog.records == []


def test_without_a_token_both_ways_to_give_one_are_named():
    with pytest.raises(ConfigError, match=r"CITAT_TELEGRAM_TOKEN, or token_file.*@BotFather"):
        read_token(TelegramSettings(), {})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "cannot read the token file .*: No such file", id="missing"),
        pytest.param(b"", "should hold one token", id="empty"),
        pytest.param(b"a b", "should hold one token", id="two"),
        pytest.param(b"\xff\xfe", "is not text", id="binary"),
    ],
)
def test_a_wrong_token_file_is_one_clear_line(token_file, content, told):
    token_file.unlink() if content is None else token_file.write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        read_token(TelegramSettings(token_file=str(token_file)), {})


def test_a_token_file_that_others_can_read_is_taken_with_a_warning(token_file, caplog):
    settings = TelegramSettings(token_file=str(token_file))
    read_token(settings, {})
    assert not caplog.records
    token_file.chmod(0o644)
    assert read_token(settings, {}) == "123456:from-a-file"
    assert [record.getMessage() for record in caplog.records] == [
        f"others can read the token file {token_file}; run: chmod 600 {token_file}"
    ]
