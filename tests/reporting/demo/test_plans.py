"""What the plans of the demo say."""

from collections import Counter, defaultdict
from typing import Any


def test_everyone_has_a_plan_with_two_or_three_outcomes(demo):
    plans = {plan.upn: plan for plan in demo.rows["plan"]}
    assert set(plans) == {p.upn for p in demo.rows["pupil"]}
    assert {len(plan.outcomes) for plan in plans.values()} == {2, 3}
    kinds = Counter(plan.kind for plan in plans.values())
    assert kinds["ehcp"] > 0.9 * len(plans)
    assert len(kinds) == 4


def test_targets_for_this_term_and_the_two_before(demo):
    targets = demo.rows["target"]
    assert {t.term for t in targets} == {t.term for t in demo.begun[-3:]}
    per_pupil = Counter((t.term, t.upn) for t in targets)
    assert set(per_pupil.values()) == {2, 3}
    for target in targets:
        for words in (target.walt, target.wilf, target.starting_point, target.next_step):
            assert words
            assert "{" not in words
    for term in demo.begun[-3:-1]:
        judged = [t.judged for t in targets if t.term == term.term and t.judged]
        assert 0.70 <= sum(j >= 3 for j in judged) / len(judged) <= 0.78
        assert 0 < sum(t.term == term.term and t.judged is None for t in targets) < 150


def test_a_target_that_was_met_leads_to_the_next(demo):
    by_pupil: dict[tuple[str, int], dict[str, Any]] = defaultdict(dict)
    for target in demo.rows["target"]:
        by_pupil[target.upn, target.position][target.term] = target
    before, now = (t.term for t in demo.begun[-2:])
    carried_on = same = 0
    for terms in by_pupil.values():
        if before in terms and now in terms:
            last, this = terms[before], terms[now]
            if last.judged in {3, 4} and this.walt != last.walt:
                assert this.walt == last.next_step
                carried_on += 1
            elif last.judged in {1, 2, None}:
                assert this.walt == last.walt
                same += 1
    assert carried_on > 500
    assert same > 200
