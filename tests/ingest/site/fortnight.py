"""Two weeks of four outlets, drawn from a seed: what appears, changes, vanishes and goes wrong."""

import random

from tests.ingest.site import START, World
from tests.ingest.site.outlet import DAY, HOUR, Outlet, Spell, Story
from tests.ingest.site.words import edited, paragraphs, title

WEEKS = 14 * DAY
STORIES = 30
"""Of each outlet."""


def fortnight(seed: int) -> World:
    """Return the outlets with all that happens to them; half a day before the end all is quiet."""
    dice, world = random.Random(seed), World()
    for outlet in (_courier(), _herald(), _gazette(), _tribune()):
        world.add(outlet)
        for number in range(STORIES):
            # What is not found any more is withdrawn days later, and that is to be seen too.
            born = START + dice.uniform(-DAY, WEEKS - 5 * DAY)
            outlet.stories.append(_story(dice, outlet, number, born))
    return world


def expected(world: World) -> dict[tuple[str, str], str]:
    """Return the text of each article that should be stored at the end, by outlet and path."""
    now = START + WEEKS
    return {
        (outlet.name, story.canonical or story.path): story.text(now)
        for outlet in world.outlets.values()
        for story in outlet.stories
        if story.spell(now) not in {"404", "410"} and outlet.may_be_asked(story.path)
    }


def _courier() -> Outlet:
    """Teasers in its feed, ids and tracking drawn anew each time, corrections not announced."""
    return Outlet("Courier", tracking=True, hints=False, delay=5.0, disallowed="/private")


def _herald() -> Outlet:
    """Whole articles in its feed, no validators, and hours of being overloaded."""
    spells = [
        Spell("429:5400", START + 2 * DAY, START + 2 * DAY + 2 * HOUR),
        Spell("503", START + 5 * DAY, START + 5 * DAY + 6 * HOUR),
    ]
    return Outlet("Herald", full=True, etags="none", spells=spells)


def _gazette() -> Outlet:
    """A news sitemap, ETags that never change, and a server that breaks down."""
    spells = [
        Spell("500", START + DAY, START + DAY + 8 * HOUR),
        Spell("hang", START + 4 * DAY, START + 4 * DAY + HOUR),
        Spell("drop", START + 6 * DAY, START + 6 * DAY + 3 * HOUR),
        Spell("garbage", START + 7 * DAY, START + 7 * DAY + HOUR),
    ]
    return Outlet("Gazette", etags="stuck", spells=spells)


def _tribune() -> Outlet:
    """Each story under two addresses, one of them AMP."""
    return Outlet("Tribune")


def _story(dice: random.Random, outlet: Outlet, number: int, born: float) -> Story:
    path = f"/{'private' if outlet.disallowed and number % 15 == 0 else 'news'}/{number}"
    story = Story(path, title(dice), [(born, paragraphs(dice))])
    if outlet.name == "Tribune":
        story.listed_as = dice.choice([[path], [path, f"{path}/amp"], [f"/x{path}", path]])
    fate = dice.random()
    if fate < 0.35:
        _edits(dice, outlet, story)
    elif fate < 0.45:
        story.spells.append(Spell("410", born + dice.uniform(2, 60) * HOUR))
    elif fate < 0.52:
        story.spells.append(Spell("404", born + dice.uniform(2, 20) * HOUR))
    elif fate < 0.60:
        start = born + dice.uniform(2, 20) * HOUR
        story.spells.append(Spell("404", start, start + 20 * HOUR))
    elif fate < 0.75:
        kind = dice.choice(["login", "front", "soft", "stub"])
        start = born + dice.uniform(2, 20) * HOUR
        story.spells.append(Spell(kind, start, start + 12 * HOUR))
    return story


def _edits(dice: random.Random, outlet: Outlet, story: Story) -> None:
    """One or two corrections; where they are not announced, while checks are still frequent."""
    moment = story.born
    for _ in range(dice.choice([1, 1, 2])):
        moment += dice.uniform(1.5, 8 if not outlet.hints else 40) * HOUR
        _, before = story.versions[-1]
        story.versions.append((moment, edited(dice, before)))
