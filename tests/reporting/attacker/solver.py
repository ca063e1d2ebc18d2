"""The process that asks CP-SAT: questions come in, answers go out, pickled, until there are none.

A question is the bounds of some numbers, by their places; what adds up; of which pairs the second
is 0 where the first is; and the forms asked about. The answer: which of these can be one thing.
"""

import pickle
import random
import sys

from ortools.sat.python import cp_model

# How often, and for how many seconds, to look for a filling that lies far off.
CORNERS, PATIENCE = 6, 0.5
IN_VAIN = 300
_FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)

type Form = list[tuple[int, int]]
type Question = tuple[
    list[tuple[int, int]], list[tuple[Form, int, int]], list[tuple[int, int]], list[Form]
]


def answer(question: Question) -> dict[int, int] | None:
    """Return which of the forms can have one value only, with it; None where nothing fits.

    A first filling is found, then others in which much differs, until nothing is left that could.
    """
    bounds, rules, with_it, asked = question
    model = cp_model.CpModel()
    columns = [model.new_int_var(least, most, "") for least, most in bounds]
    for form, least, most in rules:
        model.add_linear_constraint(_expression(columns, form), least, most)
    for first, second in with_it:
        there = model.new_bool_var("")
        model.add(columns[first] >= 1).only_enforce_if(there)
        model.add(columns[second] == 0).only_enforce_if(~there)
    return _Asked(model, [_expression(columns, form) for form in asked]).pinned()


def _expression(columns: list[cp_model.IntVar], form: Form) -> cp_model.LinearExprT:
    return cp_model.LinearExpr.weighted_sum(
        [columns[at] for at, _ in form], [factor for _, factor in form]
    )


class _Asked:
    """Forms of which it is asked whether they can be another than in a first filling."""

    def __init__(self, model: cp_model.CpModel, forms: list[cp_model.LinearExprT]) -> None:
        self._model, self._forms = model, forms
        self._solver = cp_model.CpSolver()
        self._solver.parameters.num_workers = 1
        self._first: list[int] = []
        self._waiting: list[int] = []

    def pinned(self) -> dict[int, int] | None:
        """Return the places of those that cannot, with their value; None where nothing fits."""
        if self._solver.solve(self._model) not in _FOUND:
            return None
        self._first = [self._solver.value(each) for each in self._forms]
        self._waiting = list(range(len(self._forms)))
        self._look_at_corners()
        found = {}
        while self._waiting:
            at = self._waiting[0]
            if not self._can_be_another(at):
                found[at] = self._first[at]
                self._waiting.remove(at)
        return found

    def _look_at_corners(self) -> None:
        """Corners of all fillings, which lie far apart, tell of most."""
        chance = random.Random(1)  # noqa: S311  # no secret
        self._solver.parameters.max_time_in_seconds = PATIENCE
        for _ in range(CORNERS):
            if self._waiting:
                corner = sum(chance.choice((-1, 1)) * self._forms[at] for at in self._waiting)
                self._model.maximize(corner)
                if self._solver.solve(self._model) in _FOUND:
                    self._strike_out()

    def _can_be_another(self, at: int) -> bool:
        """Ask for the most and the least that a form can be."""
        self._solver.parameters.max_time_in_seconds = IN_VAIN
        for sign in (1, -1):
            self._model.maximize(sign * self._forms[at])
            status = self._solver.solve(self._model)
            if status != cp_model.OPTIMAL:
                raise RuntimeError(f"CP-SAT did not settle what can be worked out: {status}")
            self._strike_out()
            if at not in self._waiting:
                return True
        return False

    def _strike_out(self) -> None:
        """Wait no more for what is another in the filling that was found."""
        self._waiting = [
            at for at in self._waiting if self._solver.value(self._forms[at]) == self._first[at]
        ]


def main() -> None:
    """Answer until the other side has no more questions."""
    while True:
        try:
            question = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the test that started us
        except EOFError:
            return
        pickle.dump(answer(question), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
