"""Small numbers of any tables, held to a reader who tries every whole number."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.measures.small_numbers import Figures, Published, Rules, hidden
from tests.reporting.plain_reader import PlainReader


@st.composite
def tables(draw):
    """Two or three groups with who is on roll, who of them, and who of those; and odd sums."""
    groups = draw(st.sampled_from(["ab", "abc"]))
    whats = draw(st.sampled_from(["rjs", "rj"]))
    values = {}
    for group in groups:
        most = 12
        for what in whats:
            most = values[group + what] = draw(st.integers(0, most))
    sums = [("*" + what, tuple(group + what for group in groups)) for what in whats]
    for odd in range(draw(st.integers(0, 2))):
        parts = draw(st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=3, unique=True))
        sums.append((f"odd {odd}", tuple(parts)))
    values |= {total: sum(values[part] for part in parts) for total, parts in sums}
    pairs = [(group + "j", group + "r") for group in [*groups, "*"]]
    lesser = [(group + "s", group + "j") for group in [*groups, "*"]] if "s" in whats else []
    as_shares = draw(st.booleans())
    return Figures(
        values,
        sums=sums,
        shares=pairs + lesser if as_shares else pairs[: draw(st.integers(0, 4))],
        at_most=[] if as_shares else lesser,
        together=[(group + "r", (group + "j",)) for group in groups if draw(st.booleans())],
        plain=frozenset(draw(st.sets(st.sampled_from(sorted(values)), max_size=3))),
        dear={"*" + what: 10 for what in whats} if draw(st.booleans()) else {},
        few=frozenset(draw(st.sets(st.sampled_from(sorted(values)), max_size=1))),
        unprinted=frozenset(draw(st.sets(st.sampled_from(sorted(values)), max_size=2))),
    )


rule_sets = st.builds(Rules, st.integers(5, 7), st.integers(6, 10))


def must_be_hidden(figures, rules):
    """The keys hidden for themselves."""
    the_same = {(parts[0], total) for total, parts in figures.sums if len(parts) == 1}
    found = {
        key
        for key, value in figures.values.items()
        if value in range(1, rules.largest_small + 1) and key not in figures.plain
    } | figures.few
    found |= {
        n
        for n, of in figures.shares
        if figures.values[of] in range(1, max(rules.fewest_of, rules.largest_small + 1))
        and n not in figures.plain
        and (n, of) not in the_same
    }
    return found - figures.unprinted


def shown_for_all_that(figures, unseen, before=()):
    """What is not hidden with others, although the reader could not work it out."""
    left = with_those(figures, unseen) - unseen - figures.unprinted
    reader = PlainReader([(figures, {*unseen, *left, *figures.unprinted}), *before])
    return {key for key in left if reader.may_be_another((key, figures.values[key]))}


def with_those(figures, keys):
    found = set(keys)
    for _ in figures.together:
        found |= {one for first, others in figures.together if first in found for one in others}
    return found


def worked_out(publications, rules):
    """What the patient reader works out though it is hidden, or though few are in it or left."""
    small = range(1, rules.largest_small + 1)
    plain = frozenset().union(*(figures.plain for figures, _ in publications))
    reader = PlainReader(
        [(figures, {*unseen, *figures.unprinted}) for figures, unseen in publications]
    )
    guarded = {
        (key, value)
        for figures, unseen in publications
        for key, value in figures.values.items()
        if (key in unseen if key not in figures.unprinted else value in small and key not in plain)
    }
    found = {each for each in guarded - reader.shown if not reader.may_be_another(each)}
    for figures, _ in publications:
        for n, of in figures.shares:
            less, more = (n, figures.values[n]), (of, figures.values[of])
            if (
                more[1] - less[1] in small
                and not figures.plain.issuperset({n, of})
                and not reader.may_be_farther_apart_or_closer(less, more)
            ):
                found.add((less, more))
    return found


@settings(deadline=None, max_examples=300)
@given(tables(), rule_sets)
def test_no_hidden_figure_of_a_table_can_be_worked_out(figures, rules):
    unseen = hidden(figures, rules)
    assert unseen >= must_be_hidden(figures, rules)
    assert not shown_for_all_that(figures, unseen)
    if held := worked_out([(figures, unseen)], rules):
        # Odd sums may say so much that it could be worked out if nothing at all were shown.
        assert held <= worked_out([(figures, figures.values.keys())], rules)


@settings(deadline=None, max_examples=150)
@given(tables(), tables(), st.data(), rule_sets)
def test_nor_can_it_be_with_what_was_published_before(first, other, data, rules):
    if data.draw(st.booleans(), "the same again, in part"):
        other = replace(
            first,
            sums=data.draw(st.permutations(first.sums)),
            shares=first.shares[::2],
            together=[],
        )
    before = Published(first, hidden(first, rules))
    unseen = hidden(other, rules, earlier=[before])
    known = {
        key
        for key, value in first.values.items()
        if other.values.get(key) == value and key not in first.unprinted | other.unprinted
    }
    read = known - before.hidden
    # The only group that there is now has all in it.
    alone = {parts[0] for _, parts in other.sums if len(parts) == 1}
    assert unseen >= must_be_hidden(other, rules) | (known & before.hidden - alone)
    # Nothing that was read before is hidden to guard others, unless a correction has overtaken it.
    own = must_be_hidden(other, rules)
    if all(other.values.get(key, value) == value for key, value in first.values.items()):
        assert unseen & read <= with_those(other, unseen - read) | with_those(other, own)
    assert not shown_for_all_that(other, unseen, [(first, {*before.hidden, *first.unprinted})])
    if held := worked_out([(other, unseen), (first, before.hidden)], rules):
        most = other.values.keys() - read
        assert held <= worked_out([(other, most), (first, before.hidden)], rules)


@settings(deadline=None, max_examples=30)
@given(tables(), st.randoms(use_true_random=False))
def test_in_any_order_the_same_is_hidden(figures, chance: random.Random):
    def mixed(things):
        return chance.sample(list(things), len(list(things)))

    again = Figures(
        dict(mixed(figures.values.items())),
        sums=[(total, tuple(mixed(parts))) for total, parts in mixed(figures.sums)],
        shares=mixed(figures.shares),
        at_most=mixed(figures.at_most),
        together=mixed(figures.together),
        plain=figures.plain,
        few=figures.few,
        unprinted=figures.unprinted,
        dear=dict(mixed(figures.dear.items())),
    )
    assert hidden(again, Rules()) == hidden(figures, Rules())
