"""What the pages said, held against the saves, the judgements and their history."""

from itertools import pairwise
from typing import Any

from django.apps import apps

from assessment.models import Judgement, Point
from pupils.models import SavedOperation
from tests.faults.evening import Teller
from tests.world import World

# What the grid shows where nothing is judged.
NOTHING = "\N{EN DASH}"

# Pupil and strand of each cell: its row and column, and how the title of a conflict names it.
CELLS = """() => {
  const { rows, columns, cells } = JSON.parse(document.getElementById("grid-data").textContent);
  return rows.flatMap((row, r) => columns.flatMap((column, c) => cells[r][c]
    ? [[r, c, `${row.name} · ${column.name}`, row.pupil, cells[r][c].strand]] : []));
}"""

type Place = tuple[int, int]  # pupil and strand


class Reckoning:
    """All saves of the term by place, in order, each with its person and the code chosen."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.codes = dict(Point.objects.values_list("pk", "code"))
        self.saves: dict[Place, list[SavedOperation]] = {}
        for each in SavedOperation.objects.order_by("pk"):
            self.saves.setdefault((each.asked["pupil"], each.asked["strand"]), []).append(each)

    def code(self, save: SavedOperation) -> str | None:
        """Return the code of what was saved, None where a judgement was taken back."""
        return self.codes.get(save.asked["point"])

    def every_save_is_there_once(self) -> None:
        """Each save has made one state of its cell, and nothing else has made one."""
        judgements = Judgement.objects.filter(term=self.world.term)
        events = apps.get_model("assessment", "JudgementEvent").objects.all()
        fields = ("version", "pupil", "strand", "point")
        states = [*events.values_list(*fields), *judgements.values_list(*fields)]
        wanted = [
            (each.pk, *place, each.asked["point"])
            for place, done in self.saves.items()
            for each in done
            if each.asked["point"] is not None
        ]
        assert sorted(states) == sorted(wanted)
        standing = {(each.pupil_id, each.strand_id): each.point_id for each in judgements}
        for place, done in self.saves.items():
            assert standing.get(place) == done[-1].asked["point"], place

    def nothing_was_overwritten_unseen(self) -> None:
        """Each save named the one that it replaced."""
        for place, done in self.saves.items():
            versions = [each.pk if each.asked["point"] is not None else None for each in done]
            assert [each.asked["base_version"] for each in done] == [None, *versions[:-1]], place

    def hold(self, teller: Teller, log: dict[str, Any]) -> int:
        """Hold what one page said against it; return how often it said Saved."""
        me = self.world.people[teller.role].pk
        latest, said = {}, 0
        cells = teller.page.evaluate(CELLS)
        places = {(row, column): (pupil, strand) for row, column, _, pupil, strand in cells}
        # The page was opened before anything was judged.
        seen: set[tuple[tuple[int, int], str | None]] = {(place, None) for place in places.values()}
        for row, column, shown, note in log["shown"]:
            place, code = places[row, column], None if shown.startswith(NOTHING) else shown
            seen.add((place, code))
            if note == "Saved":
                latest[place] = code
                said += 1
                assert code in map(self.code, self.saves[place]), place
        names = {name: (pupil, strand) for _, _, name, pupil, strand in cells}
        for title, theirs, *_ in log["decided"]:
            _, keep, code = theirs.rpartition("Keep ")
            seen.add((names[title], code if keep else None))
        for place, done in self.saves.items():
            for before, after in pairwise(done):
                if before.person_id != after.person_id == me:
                    # Who replaced what somebody else had saved, had it before their eyes.
                    assert (place, self.code(before)) in seen, place
        for place, code in latest.items():
            # What was said last stands, or somebody else has replaced it, who was told of it.
            done = self.saves[place]
            at = max(n for n, each in enumerate(done) if self.code(each) == code)
            assert all(each.person_id != me for each in done[at + 1 :]), place
        return said
