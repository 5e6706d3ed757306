"""What a reader has narrowed an answer to by hand, beside the words of the question."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.questions.slots import Outlet, Period, Slot, Slots


@dataclass(frozen=True, slots=True)
class Only:
    """One speaker, one outlet, one week (its first moment, aware); None where any will do."""

    speaker: str | None = None
    outlet: str | None = None
    week: datetime | None = None

    def narrowed(self, slots: Slots) -> Slots:
        """Return the slots of a question with these filled, whatever its words fill them with."""
        if self.speaker is not None:
            slots = replace(slots, chosen_speaker=self.speaker)
        if self.outlet is not None:
            slots = replace(slots, outlet=Outlet(None, self.outlet))
        if self.week is not None:
            week = Period(None, self.week, self.week + timedelta(days=7))
            slots = replace(slots, period=week)
        return slots

    def and_only(self, other: "Only") -> "Only":
        """Return both together; where they differ the other counts."""
        return Only(
            other.speaker or self.speaker, other.outlet or self.outlet, other.week or self.week
        )

    def without(self, slot: Slot) -> "Only":
        """Return the same without what fills a slot; the same if nothing does."""
        emptied = {Slot.SPEAKER: "speaker", Slot.OUTLET: "outlet", Slot.PERIOD: "week"}
        return replace(self, **{emptied[slot]: None}) if slot in emptied else self

    def as_dict(self) -> dict[str, str]:
        """Return what `from_dict` reads."""
        week = self.week.isoformat() if self.week else None
        told = {"speaker": self.speaker, "outlet": self.outlet, "week": week}
        return {name: value for name, value in told.items() if value is not None}

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> "Only":
        week = told.get("week")
        return cls(
            told.get("speaker"), told.get("outlet"), datetime.fromisoformat(week) if week else None
        )


ANYTHING = Only()
