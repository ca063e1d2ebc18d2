"""The process that asks CP-SAT: questions come in, answers go out, pickled, until there are none.

A question is the bounds of some numbers, by their places; what adds up; of which pairs the second
is 0 where the first is; and the forms asked about. The answer: which of these can be one thing.
"""

import pickle
import sys

from ortools.sat.python import cp_model

# For how many seconds to look for fillings in which more differs, before one will do.
PATIENCE = 0.2
IN_VAIN = 300

type Form = list[tuple[int, int]]
type Question = tuple[
    list[tuple[int, int]], list[tuple[Form, int, int]], list[tuple[int, int]], list[Form]
]


def answer(question: Question) -> dict[int, int] | None:
    """Return which of the forms can have one value only, with it; None where nothing fits.

    A first filling is found, then others in which as much differs as there is time to look for,
    until nothing is left that could differ.
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
    differs = [model.new_bool_var("") for _ in asked]
    for each, value, other in zip(expressions, first_values, differs, strict=True):
        model.add(each != value).only_enforce_if(other)
    waiting = list(range(len(asked)))
    while waiting:
        model.clear_objective()
        model.add_bool_or(differs[at] for at in waiting)
        model.maximize(sum(differs[at] for at in waiting))
        solver.parameters.max_time_in_seconds = PATIENCE
        status = solver.solve(model)
        if status == cp_model.UNKNOWN:
            model.clear_objective()
            solver.parameters.max_time_in_seconds = IN_VAIN
            status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            break
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise RuntimeError(f"CP-SAT did not settle what can be worked out: {status}")
        waiting = [at for at in waiting if solver.value(expressions[at]) == first_values[at]]
    return {at: first_values[at] for at in waiting}


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
