"""News that nobody else has: sentences drawn from a seed."""

import random

WHO = ("The mayor", "A teacher", "The harbour master", "The council", "A farmer", "The museum")
DID = ("opened", "repaired", "closed", "painted", "measured", "visited", "sold", "defended")
WHAT = ("the old bridge", "a market hall", "the northern road", "the library", "a windmill")
WHERE = ("in Larkford", "near Ostrava Gate", "at Pine Quay", "in Velmount", "by the lake")
WHY = (
    "because the winter storms had damaged it badly",
    "after a long debate with the neighbours",
    "although the money was never found in full",
    "while hundreds of people watched from the square",
    "to keep a promise made many years before",
)


def sentence(dice: random.Random) -> str:
    number = dice.randint(100, 99999)
    parts = (dice.choice(WHO), dice.choice(DID), dice.choice(WHAT), dice.choice(WHERE))
    return f"{' '.join(parts)} {dice.choice(WHY)}, file number {number} says."


def paragraphs(dice: random.Random, count: int = 4) -> list[str]:
    return [f"{sentence(dice)} {sentence(dice)}" for _ in range(count)]


def edited(dice: random.Random, before: list[str]) -> list[str]:
    """Return a text with one paragraph told otherwise."""
    after = list(before)
    after[dice.randrange(1, len(after))] = f"{sentence(dice)} {sentence(dice)}"
    return after


def title(dice: random.Random) -> str:
    return (
        f"{dice.choice(WHAT).capitalize()} {dice.choice(WHERE)}: report {dice.randint(1, 10**6)}"
    )
