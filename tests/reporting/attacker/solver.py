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

    def expression(form: Form) -> cp_model.LinearExprT:
        return cp_model.LinearExpr.weighted_sum(
            [columns[at] for at, _ in form], [factor for _, factor in form]
        )

    for form, least, most in rules:
        model.add_linear_constraint(expression(form), least, most)
    for first, second in with_it:
        there = model.new_bool_var("")
        model.add(columns[first] >= 1).only_enforce_if(there)
        model.add(columns[second] == 0).only_enforce_if(~there)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    expressions = [expression(form) for form in asked]
    first_values = [solver.value(each) for each in expressions]
    waiting = list(range(len(asked)))

    def still_waiting() -> list[int]:
        return [at for at in waiting if solver.value(expressions[at]) == first_values[at]]

    # Corners of all fillings, which lie far apart, tell of most.
    chance = random.Random(1)  # noqa: S311 - no secret
    solver.parameters.max_time_in_seconds = PATIENCE
    for _ in range(CORNERS):
        if waiting:
            model.maximize(sum(chance.choice((-1, 1)) * expressions[at] for at in waiting))
            if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                waiting = still_waiting()
    # Of what is left, the most and the least that each can be.
    solver.parameters.max_time_in_seconds = IN_VAIN
    found = {}
    while waiting:
        at = waiting[0]
        for sign in (1, -1):
            model.maximize(sign * expressions[at])
            status = solver.solve(model)
            if status != cp_model.OPTIMAL:
                raise RuntimeError(f"CP-SAT did not settle what can be worked out: {status}")
            waiting = still_waiting()
            if at not in waiting:
                break
        else:
            found[at] = first_values[at]
            waiting.remove(at)
    return found


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
