"""Settings: one TOML file, a table per dataclass, every value with a default."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_origin, get_type_hints

from index.errors import ConfigError

Settings = TypeVar("Settings")


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration file that has been read; `table` turns its tables into settings."""

    path: Path | None
    tables: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path | None) -> "Config":
        """Read a TOML file; without one every setting has its default.

        Raises:
            ConfigError: the file is missing, is no TOML, or holds values outside a table.
        """
        if path is None:
            return cls(None, MappingProxyType({}))
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} is not a TOML file: {error}") from error
        loose = [name for name, value in tables.items() if not isinstance(value, dict)]
        if loose:
            raise ConfigError(f"{path}: {loose[0]} stands outside a [table]")
        return cls(path, tables)

    def check_tables(self, known: Collection[str]) -> None:
        """Name a table that nobody reads, a misspelt one most likely.

        Raises:
            ConfigError: there is one.
        """
        unknown = sorted(self.tables.keys() - set(known))
        if unknown:
            raise ConfigError(
                f"{self.path}: there is no table [{unknown[0]}]; there are {', '.join(known)}",
            )

    def table(self, name: str, kind: type[Settings]) -> Settings:
        """Return the settings of one table, defaults where the file is silent.

        Raises:
            ConfigError: an unknown key or a value of another type than its default.
        """
        values = dict(self.tables.get(name, {}))
        hints = get_type_hints(kind)
        known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
        for key, value in values.items():
            if key not in known:
                raise ConfigError(
                    f"{self.path}: [{name}] has no setting {key!r};"
                    f" it has {', '.join(sorted(known))}",
                )
            values[key] = self._checked(name, key, value, hints[key])
        return kind(**values)

    def _checked(self, table: str, key: str, value: Any, hint: Any) -> Any:
        if isinstance(value, list):
            value = tuple(value)
        if hint is float and type(value) is int:
            value = float(value)
        kind = get_origin(hint) or hint
        if type(value) is not kind:
            wanted = kind.__name__
            raise ConfigError(f"{self.path}: [{table}] {key} = {value!r} should be a {wanted}")
        return value
