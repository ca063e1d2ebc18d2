from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from reporting.measures.small_numbers import Figures, Published, Rules, hidden
from tests.reporting.plain_reader import PlainReader

RULES = Rules()


def column(**values):
    """Figures of one column of a table: its rows and their sum, "all"."""
    return Figures(
        {**values, "all": sum(values.values())}, sums=[("all", tuple(values))], dear={"all": 10}
    )


def test_of_two_rows_a_small_one_takes_the_other_with_it():
    assert hidden(column(girls=3, boys=40), RULES) == {"girls", "boys"}
    assert hidden(column(girls=6, boys=40), RULES) == set()
    assert hidden(column(girls=6, boys=40), Rules(largest_small=6)) == {"girls", "boys"}


def test_of_many_rows_the_smallest_guards_a_small_one():
    assert hidden(column(formal=3, semi=40, pre=12, early=13), RULES) == {"formal", "pre"}
    # Two small ones guard each other, unless they can only be as they are.
    assert hidden(column(formal=3, semi=40, pre=1), RULES) == {"formal", "pre"}


def test_a_zero_is_shown_unless_it_guards():
    assert hidden(column(formal=0, semi=40, pre=12), RULES) == set()
    assert hidden(column(formal=0, semi=40, pre=3), RULES) == {"pre", "formal"}


def test_what_guards_has_to_be_guarded_itself_along_the_chain():
    chain = Figures(
        {"a": 3, "b": 20, "c": 21, "d": 22, "a+b": 23, "b+c": 41, "c+d": 43},
        sums=[("a+b", ("a", "b")), ("b+c", ("b", "c")), ("c+d", ("c", "d"))],
        dear={"a+b": 5, "b+c": 5, "c+d": 5},
    )
    assert hidden(chain, RULES) == {"a", "b", "c", "d"}
    # Where the sums are not dear, the least is to end the chain at once.
    assert hidden(replace(chain, dear={}), RULES) == {"a", "a+b"}


def test_a_chain_is_followed_to_its_end_however_far_that_is():
    links = [f"{link:03}" for link in range(150)]
    values = dict.fromkeys(links, 20) | {"000": 3}
    sums = [(f"{a}+{b}", (a, b)) for a, b in pairwise(links)]
    values |= {total: sum(values[part] for part in parts) for total, parts in sums}
    known = Published(Figures({total: values[total] for total, _ in sums}), frozenset())
    assert hidden(Figures(values, sums=sums), RULES, earlier=[known]) == set(links)


def test_in_a_table_a_corner_takes_three_more():
    rows = {"pp": (3, 30), "other": (25, 50)}
    values = {
        f"{row} {sex}": n for row, both in rows.items() for sex, n in zip("fm", both, strict=True)
    }
    sums = [(row, (f"{row} f", f"{row} m")) for row in rows]
    sums += [(sex, (f"pp {sex}", f"other {sex}")) for sex in "fm"]
    values |= {total: sum(values[part] for part in parts) for total, parts in sums}
    table = Figures(values, sums=sums, dear=dict.fromkeys([*rows, *"fm"], 9))
    assert hidden(table, RULES) == {"pp f", "pp m", "other f", "other m"}


def test_a_total_is_the_last_resort():
    before = Published(Figures({"boys": 40}), frozenset())
    now = column(girls=3, boys=40)
    # Who has the older report knows the boys: hiding them would protect nobody.
    assert hidden(now, RULES, earlier=[before]) == {"girls", "all"}


def test_few_who_are_not_counted_are_guarded_like_few_who_are():
    share = Figures({"at": 28, "judged": 30}, shares=[("at", "judged")])
    assert hidden(share, RULES) == {"at"}
    assert hidden(replace(share, values={"at": 24, "judged": 30}), RULES) == set()
    assert hidden(replace(share, values={"at": 30, "judged": 30}), RULES) == set()
    plain = replace(share, plain=frozenset({"at", "judged"}))  # judgements made, of those due
    assert hidden(plain, RULES) == set()
    assert hidden(replace(share, dear={"at": 2}), RULES) == {"judged"}
    # By nature less, yet shown as no share: nobody is counted out.
    assert hidden(replace(share, shares=[], at_most=[("at", "judged")]), RULES) == set()


def test_a_share_of_few_is_hidden_and_cannot_be_told_from_the_whole():
    share = Figures({"at": 0, "judged": 4}, shares=[("at", "judged")], plain=frozenset({"judged"}))
    assert hidden(share, RULES) == {"at"}
    eight = replace(share, values={"at": 0, "judged": 8})
    assert hidden(eight, RULES) == set()
    assert hidden(eight, Rules(fewest_of=9)) == {"at"}
    assert hidden(replace(share, values={"at": 0, "judged": 0}), RULES) == set()
    # None of all are at expected, so none of the four are, until that is hidden too.
    both = Figures(
        {"at": 0, "judged": 4, "at of others": 0, "others": 20, "all at": 0, "all": 24},
        sums=[("all at", ("at", "at of others")), ("all", ("judged", "others"))],
        shares=[("at", "judged"), ("at of others", "others"), ("all at", "all")],
        plain=frozenset({"judged", "others", "all"}),
    )
    assert hidden(both, RULES) == {"at", "all at"}


def test_that_none_of_a_small_number_did_is_not_told_by_the_total():
    table = Figures(
        {"pp": 0, "other": 0, "all": 0, "pp of": 6, "other of": 20, "all of": 26},
        sums=[("all", ("pp", "other")), ("all of", ("pp of", "other of"))],
        shares=[("pp", "pp of"), ("other", "other of"), ("all", "all of")],
    )
    assert hidden(table, RULES) == set()
    assert hidden(table, Rules(largest_small=6)) >= {"pp", "pp of", "all"}


def test_what_can_by_nature_not_be_more_gives_away_nothing_that_is_hidden():
    absent = Figures(
        {"severe": 1, "persistent": 1, "plain 1": 1},
        sums=[("plain 1", ("persistent",))],
        at_most=[("severe", "persistent")],
        plain=frozenset({"plain 1"}),
    )
    assert hidden(absent, RULES) == {"severe", "persistent", "plain 1"}
    # One more in `a` would leave room in the bound of `b`, one fewer would not.
    bound = column(a=3, b=10, c=40)
    bound = replace(bound, values={**bound.values, "bound of b": 10}, at_most=[("b", "bound of b")])
    assert hidden(bound, RULES) == {"a", "b"}


def test_a_row_is_hidden_whole_and_one_other_row_guards_it():
    rows = {"cla": (3, 9, 7), "a": (30, 45, 35), "b": (21, 50, 30)}
    values = {
        f"{row} {what}": n for row, ns in rows.items() for what, n in zip("pjt", ns, strict=True)
    }
    sums = [(what, tuple(f"{row} {what}" for row in rows)) for what in "pjt"]
    values |= {total: sum(values[part] for part in parts) for total, parts in sums}
    table = Figures(
        values,
        sums=sums,
        shares=[(f"{row} t", f"{row} j") for row in rows],
        together=[(f"{row} p", (f"{row} j", f"{row} t")) for row in rows],
        plain=frozenset({"j", *(f"{row} j" for row in rows)}),
        dear=dict.fromkeys("pjt", 10),
    )
    # By judged alone it would be `a`; the whole row of `b` is the cheaper.
    assert hidden(table, RULES) == {f"{row} {what}" for row in ["cla", "b"] for what in "pjt"}


def test_what_stands_nowhere_is_guarded_by_what_is_printed():
    # The page prints the girls and all; that three boys are left is what it would tell.
    both = replace(column(girls=40, boys=3), unprinted=frozenset({"boys"}))
    assert hidden(both, RULES) == {"girls"}
    assert hidden(replace(both, plain=frozenset({"boys"})), RULES) == set()
    assert hidden(replace(column(girls=40, boys=6), unprinted=frozenset({"boys"})), RULES) == set()
    before = Published(both, frozenset({"girls"}))
    assert hidden(Figures({"all": 43, "boys": 3}), RULES, earlier=[before]) == {"boys"}
    # What this report does not print, another may have printed.
    told = Published(Figures({"boys": 3}), frozenset())
    assert hidden(both, RULES, earlier=[told]) == set()


def test_what_few_children_stand_behind_is_hidden_however_large():
    table = replace(column(girls=30, boys=40, others=50), few=frozenset({"boys"}))
    assert hidden(table, RULES) == {"boys", "girls"}


def test_what_was_hidden_stays_hidden_and_the_sum_of_the_year_does_not_tell():
    autumn = Published(column(girls=3, boys=12, others=30), frozenset({"girls", "boys"}))
    # The boys need no guard of their own now; what they were in autumn is hidden for good.
    assert hidden(Figures({"boys": 12}), RULES, earlier=[autumn]) == {"boys"}
    assert hidden(Figures({"boys": 13}), RULES, earlier=[autumn]) == set()
    terms = [
        Published(Figures({"autumn": 10}), frozenset()),
        Published(Figures({"spring": 3}), frozenset({"spring"})),
    ]
    year = Figures(
        {"autumn": 10, "spring": 3, "summer": 12, "year": 25},
        sums=[("year", ("autumn", "spring", "summer"))],
        dear={"year": 4},
    )
    assert hidden(year, RULES, earlier=terms) == {"spring", "summer"}
    # Nor do two publications tell, each of which alone is silent.
    summer = Figures({"summer": 12, "year": 25})
    silent = Figures({"spring": 3, "year": 25}, sums=[]), frozenset({"spring"})
    parts = Figures({"year": 25, "spring": 3, "rest": 22}, [("year", ("spring", "rest"))])
    with_rest = Published(parts, frozenset({"spring", "rest"}))
    rest = replace(
        summer,
        values={"summer": 12, "autumn": 10, "rest": 22},
        sums=[("rest", ("autumn", "summer"))],
    )
    assert hidden(rest, RULES, earlier=[Published(*silent), with_rest, terms[0]]) == {
        "rest",
        "summer",
    }


def test_what_was_given_away_before_costs_no_further_figure():
    careless = Published(Figures({"boys": 40}), frozenset())
    careful = Published(column(girls=3, boys=40), frozenset({"girls", "boys"}))
    now = Figures(
        {"girls": 3, "boys": 40, "others": 50, "everybody": 93},
        sums=[("everybody", ("girls", "boys", "others"))],
    )
    assert hidden(now, RULES, earlier=[careless, careful]) == {"girls", "boys"}


def test_what_holds_now_guards_itself_though_a_report_in_force_says_otherwise():
    """By a correction one pupil left the ARB; what was published since is read without the rest."""
    before = column(rest=36, arb=6)
    replaced = Published(before, frozenset(), in_force=False)
    of_trust = Published(replace(before, unprinted=frozenset({"rest"})), frozenset())
    after = Published(Figures({"all": 41}), frozenset())
    for known in ([replaced, of_trust, after], [of_trust, after]):
        assert hidden(column(rest=36, arb=5), RULES, earlier=known) == {"rest", "arb"}


def test_what_guards_a_figure_is_guarded_from_those_who_knew_the_figure():
    """By a correction the one boy on roll is a girl; that none of the girls joined was known."""
    sums = [("roll", ("boys", "girls")), ("joined", ("boys who", "girls who"))]
    before = Figures(
        {"boys": 1, "girls": 0, "roll": 1, "boys who": 1, "girls who": 0, "joined": 1}, sums=sums
    )
    now = Figures(
        {"boys": 0, "girls": 1, "roll": 1, "boys who": 0, "girls who": 0, "joined": 0},
        sums=sums,
        shares=[("boys who", "boys"), ("girls who", "girls")],
    )
    known = Published(before, hidden(before, RULES))
    # Without `boys who`, whoever knew that of the girls none joined would know the sum.
    assert "girls who" not in known.hidden
    assert hidden(now, RULES, earlier=[known]) >= {"girls who", "joined", "boys who"}


def test_the_only_group_there_is_now_is_shown_though_it_was_hidden_before():
    before = column(first=42, other=1)
    replaced = Published(before, frozenset({"first", "other"}), in_force=False)
    now = Figures({"first": 42, "all": 42}, sums=[("all", ("first",))])
    known = Published(Figures({"all": 42}), frozenset())
    assert hidden(now, RULES, earlier=[replaced, known]) == set()


def test_whole_numbers_tell_more_than_halves_would():
    # `two` is `a` and `b`, which are equal; one more of `two` would be half a child in each.
    values = {"a": 0, "b": 0, "rest": 7, "a+": 7, "b+": 7, "two": 0, "one": 1, "all": 1}
    even = Figures(
        values,
        sums=[
            ("a+", ("a", "rest")),
            ("b+", ("b", "rest")),
            ("two", ("a", "b")),
            ("all", ("two", "one")),
        ],
        plain=frozenset({"all"}),
        dear={"a+": 50, "b+": 50, "all": 50},
    )
    unseen = hidden(even, RULES)
    reader = PlainReader([(even, unseen)])
    assert reader.may_be_another(("one", 1))
    half = {"one", "two", "a", "b", "rest"}
    assert not PlainReader([(even, half)]).may_be_another(("one", 1))


@pytest.mark.parametrize("rules", [{"largest_small": 4}, {"largest_small": 8}, {"fewest_of": 5}])
def test_rules_outside_the_settings_are_refused(rules):
    with pytest.raises(ValueError, match=r"hidden is|share may"):
        Rules(**rules)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"values": {"a": -1, "b": 2, "all": 1}}, "Below zero: a"),
        ({"values": {"a": 1, "b": 1, "all": 1}}, "all is not the sum"),
        ({"sums": [("all", ("a", "c"))]}, "no figure called c"),
        ({"shares": [("all", "a")]}, "all is more than a"),
        ({"at_most": [("all", "a")]}, "all is more than a"),
        ({"together": [("c", ("a",))]}, "no figure called c"),
        ({"plain": frozenset({"c"})}, "no figure called c"),
        ({"dear": {"a": 0}}, "Cheaper to hide than others: a"),
    ],
)
def test_figures_that_cannot_be_are_refused(wrong, says):
    good: dict[str, Any] = {"values": {"a": 1, "b": 1, "all": 2}, "sums": [("all", ("a", "b"))]}
    with pytest.raises(ValueError, match=says):
        Figures(**(good | wrong))
    with pytest.raises(ValueError, match="no figure called c"):
        Published(Figures(**good), frozenset({"c"}))
