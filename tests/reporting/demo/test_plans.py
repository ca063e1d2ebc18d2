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
    # Two more where one was split.
    assert set(per_pupil.values()) <= {2, 3, 4, 5, 6, 7}
    assert sum(n > 3 for n in per_pupil.values()) < 80
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


def test_targets_go_on_over_terms_and_some_are_commented_split_or_retired(demo):
    targets = {(t.upn, t.term, str(t.position)): t for t in demo.rows["target"]}
    carried = [each for each in targets.values() if each.carried_from]
    assert len(carried) > 0.5 * len(targets)
    order = {term.term: n for n, term in enumerate(demo.begun)}
    for each in carried:
        before = targets[each.upn, *each.carried_from]
        steps = order[each.term] - order[before.term]
        assert steps >= 0
        if steps == 0:
            assert before.retired_because.startswith("Split into targets")
    assert any(each.carried_from[0] == each.term for each in carried)
    retired = [each for each in targets.values() if each.retired_on]
    assert retired
    assert all(each.judged is None and each.retired_because for each in retired)
    commented = [each for each in targets.values() if each.comment]
    assert all(each.judged for each in commented)
    assert len(commented) > 500
