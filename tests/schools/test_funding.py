"""The funding of ARBs: to the penny, by year, added up, and as files."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from parrcs.core.access import Role
from schools.measures import added, split
from schools.models import ARB
from tests.factories.schools import ARBFactory
from tests.pupils.conftest import words
from tests.schools.agreed import give_funding


@pytest.fixture(autouse=True)
def now(today):
    """All of this happens in autumn 2026."""


@pytest.fixture
def funded(world):
    """Two ARBs in two years: one by percentage, one by a sum; one year of one is missing."""
    last, this = world.terms[0].year, world.term.year
    far = ARBFactory(school=world.other_school, host=world.host, name="=Far ARB")
    give_funding(world.arb, last, amount="100000.00", percent="7.25", places=9)
    give_funding(world.arb, this, amount="123456.79", percent="7.50", places=10)
    give_funding(far, this, amount="88000.10", fixed="6000.00", places=8)
    return far


# --- The sum -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "percent", "host", "trust"),
    [
        ("123456.79", "7.50", "9259.26", "114197.53"),
        ("0.10", "5.00", "0.01", "0.09"),  # half a penny is the host's
        ("0.09", "5.00", "0.00", "0.09"),
        ("99999.99", "0.00", "0.00", "99999.99"),
        ("99999.99", "100.00", "99999.99", "0.00"),
        ("33333.33", "33.33", "11110.00", "22223.33"),
    ],
)
def test_the_share_worked_by_hand(amount, percent, host, trust):
    parts = split(Decimal(amount), percent=Decimal(percent), fixed=None)
    assert (parts.host, parts.trust) == (Decimal(host), Decimal(trust))


@given(
    st.lists(st.tuples(st.integers(0, 10**11), st.integers(0, 10_000), st.booleans()), max_size=30)
)
def test_no_penny_is_lost_by_a_naive_second_reckoning(rows):
    """Reckon again in whole pennies, with integers only."""
    parts, pennies = [], []
    for amount, share, by_percent in rows:
        pounds = Decimal(amount) / 100
        if by_percent:
            parts.append(split(pounds, percent=Decimal(share) / 100, fixed=None))
            pennies.append((amount * share * 2 + 10_000) // 20_000)
        else:
            fixed = min(amount, share)
            parts.append(split(pounds, percent=None, fixed=Decimal(fixed) / 100))
            pennies.append(fixed)
    total = added(parts)
    assert [int(each.host * 100) for each in parts] == pennies
    assert total.host * 100 == sum(pennies)
    assert total.whole * 100 == sum(amount for amount, _, _ in rows)


def test_one_of_the_two_leads():
    for percent, fixed in ((None, None), (Decimal(1), Decimal(1))):
        with pytest.raises(ValueError, match="leads"):
            split(Decimal(10), percent=percent, fixed=fixed)


# --- The page ------------------------------------------------------------------------------


def test_the_trust_reads_all_arbs_with_the_year_before_beside(funded, sign_in):
    page = words(sign_in(Role.TRUST_LEAD).get(reverse("arb_funding")))
    assert (
        "For 2026/27 the formula amounts to £211,456.89 for 18 places. £15,259.26 is passed to"
        " hosts, and £196,197.63 stays with the trust. Recorded for 2 of 2 ARBs." in page
    )
    assert (
        "Harbour Tide ARB at Harbour Penwith High 10 9 B B £123,456.79 £100,000.00 7.50 % 7.25 %"
        " £9,259.26 £7,250.00 £114,197.53 £92,750.00" in page
    )
    assert "8 not recorded B £88,000.10 a fixed sum £6,000.00 £82,000.10" in page
    assert "2 of 2 ARBs 18 9 £211,456.89 £100,000.00 £15,259.26 £7,250.00" in page
    years = page.partition("The trust, by year")[2]
    assert "2026/27 2 18 £211,456.89 £15,259.26 £196,197.63" in years
    assert "2025/26 1 9 £100,000.00 £7,250.00 £92,750.00" in years


def test_another_year_is_asked_for_and_what_is_missing_can_be_recorded(world, funded, sign_in):
    lead = sign_in(Role.TRUST_LEAD)
    asked = {"year": world.terms[0].year_id}
    page = words(lead.get(reverse("arb_funding"), asked))
    assert "Recorded for 1 of 2 ARBs." in page
    assert "Record 2025/26 of =Far ARB" in page
    for odd in ("x", "", "99999999999999999999", "²"):
        assert "2026/27 the formula" in words(lead.get(reverse("arb_funding"), {"year": odd}))


def test_a_head_reads_their_own_arbs_only(funded, sign_in):
    page = words(sign_in(Role.HEAD).get(reverse("arb_funding")))
    assert "Recorded for 1 of 1 ARBs." in page
    assert "Far" not in page
    assert "88,000" not in page


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.HEAD, Role.TRUST_LEAD)])
def test_nobody_else_opens_the_funding(funded, sign_in, role):
    client = sign_in(role)
    files = [reverse("arb_funding_file", args=[ending]) for ending in ("csv", "xlsx")]
    for address in (reverse("arb_funding"), *files):
        assert client.get(address).status_code == 403


def test_without_arbs_or_a_year_the_page_says_what_belongs_there(world, sign_in, monkeypatch):
    lead = sign_in(Role.TRUST_LEAD)
    ARB.objects.update(closed_on="2021-01-01")
    assert "No funding to show Once an ARB is set up" in words(lead.get(reverse("arb_funding")))
    monkeypatch.setattr("schools.selectors.funding.year_of", lambda _today: None)
    page = words(lead.get(reverse("arb_funding")))
    assert "The calendar has no school year for today." in page
    assert lead.get(reverse("arb_funding_file", args=["csv"])).status_code == 200
    assert lead.get(reverse("arb_funding_file", args=["xlsx"])).status_code == 200


def test_the_files_hold_what_the_page_shows(world, funded, sign_in):
    lead = sign_in(Role.TRUST_LEAD)
    response = lead.get(reverse("arb_funding_file", args=["csv"]), {"year": world.term.year_id})
    assert 'filename="arb-funding-2026-27.zip"' in response["Content-Disposition"]
    with ZipFile(BytesIO(response.content)) as files:
        rows, years = (
            list(csv.reader(StringIO(files.read(name).decode("utf-8-sig"))))
            for name in files.namelist()
        )
    assert [row[0] for row in years] == ["Year", "2026/27", "2025/26"]
    assert rows[0][7:12] == [
        "Places",
        "Formula amount, £",
        "To the host, £",
        "Stays with the trust, £",
        "Places in 2025/26",
    ]
    by_name = {row[0]: row[3:] for row in rows[1:]}
    assert by_name["'=Far ARB"] == [
        *("2026/27", "B", "sum", "6000.00", "8", "88000.10", "6000.00", "82000.10"),
        *[""] * 4,
    ]
    assert by_name["Harbour Tide ARB"][2:8] == [
        *("percentage", "7.50", "10", "123456.79", "9259.26", "114197.53"),
    ]
    assert "All ARBs" not in by_name
    made = lead.get(reverse("arb_funding_file", args=["xlsx"]), {"year": world.term.year_id})
    assert 'filename="arb-funding-2026-27.xlsx"' in made["Content-Disposition"]
    book = load_workbook(BytesIO(made.content))
    cells = [[cell.value for cell in row] for row in book.worksheets[0]]
    assert cells[-1][7:11] == [18, 211456.89, 15259.26, 196197.63]
    assert cells[-1][11:15] == [9, 100000, 7250, 92750]
    far = next(row for row in book.worksheets[0] if row[0].value == "=Far ARB")
    assert far[0].data_type == "s"
    assert far[8].value == 88000.10
    assert [cell.value for cell in book["Every year"][5]] == [
        *("2026/27", 2, 18, 211456.89, 15259.26, 196197.63),
    ]


def test_the_page_costs_the_same_for_two_arbs_and_for_thirty(world, funded, sign_in):
    lead = sign_in(Role.TRUST_LEAD)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert lead.get(reverse("arb_funding")).status_code == 200
        return len(seen)

    few = queries()
    for n in range(28):
        arb = ARBFactory(school=world.school, host=world.host, name=f"More {n}")
        give_funding(arb, world.term.year)
    assert queries() == few
