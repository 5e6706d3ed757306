"""The settings of watching."""

from dataclasses import dataclass

from index.errors import ConfigError

REMOVE, KEEP = "remove", "keep"


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """The [watch] table.

    A feed is read every `shortest_minutes` to `longest_minutes`, more often while it brings
    something new. `pause_seconds` is the least time between two requests to one host; a longer
    Crawl-delay of its robots.txt holds. A page that is not found for `gone_after_days` is
    `withdrawn`: its article is removed, or kept.
    """

    pause_seconds: float = 2.0
    hosts_at_once: int = 4
    shortest_minutes: float = 5.0
    longest_minutes: float = 360.0
    gone_after_days: float = 3.0
    withdrawn: str = REMOVE

    def __post_init__(self) -> None:
        for name, least in (("pause_seconds", 0), ("hosts_at_once", 1), ("gone_after_days", 0)):
            value = getattr(self, name)
            if not value >= least:
                raise ConfigError(f"[watch] {name} = {value} should be {least} or more")
        if not 1 <= self.shortest_minutes <= self.longest_minutes:
            raise ConfigError(
                f"[watch] shortest_minutes = {self.shortest_minutes:g} should be 1 or more, and"
                f" longest_minutes = {self.longest_minutes:g} no less than it"
            )
        if self.withdrawn not in {REMOVE, KEEP}:
            raise ConfigError(
                f'[watch] withdrawn = "{self.withdrawn}" should be "{REMOVE}" or "{KEEP}"'
            )
