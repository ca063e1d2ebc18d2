"""Year-end summaries and the pupils behind a figure are in the log of downloads, without names."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from schools.models import Download
from tests.world import World

type SignIn = Callable[[Role], Client]


def test_each_file_with_pupils_is_written_down(busy: World, sign_in: SignIn) -> None:
    head, school, group = sign_in(Role.HEAD), busy.school, busy.class_group
    year = group.year
    term = busy.term
    behind = {"of": f"school-{school.pk}/{term.pk}/all/pupils"}
    asked = [
        ("class_year_file", (group.pk, "csv"), {}),
        ("class_year_file", (group.pk, "xlsx"), {}),
        ("class_year_pdf", (group.pk,), {}),
        ("school_year_file", (school.pk, "xlsx"), {"year": year.pk}),
        ("school_year_pdf", (school.pk,), {}),
        ("ht_report_pupils_file", (school.pk, term.pk, "csv"), behind),
        ("ht_report_pupils_file", (school.pk, term.pk, "xlsx"), behind),
    ]
    for name, ids, query in asked:
        address = reverse(name, args=ids)
        assert head.head(address, query).status_code == 200
        assert head.get(address, query).status_code == 200, name
    of_class = f"Year-end summary of {group}, {school}, {year}"
    of_school = f"Year-end summary of {school}, {year}"
    pupils = f"Pupils behind a figure of the report of {school}, {term}"
    assert [
        (row.what, row.kind, row.thing_id, row.format) for row in Download.objects.order_by("pk")
    ] == [
        (of_class, "class_year", group.pk, "zip"),
        (of_class, "class_year", group.pk, "xlsx"),
        (of_class, "class_year", group.pk, "pdf"),
        (of_school, "school_year", school.pk, "xlsx"),
        (of_school, "school_year", school.pk, "pdf"),
        (pupils, "report_pupils", term.pk, "csv"),
        (pupils, "report_pupils", term.pk, "xlsx"),
    ]
    assert {row.person for row in Download.objects.all()} == {busy.people[Role.HEAD]}


def test_what_is_only_looked_at_is_not_in_the_log(busy: World, sign_in: SignIn) -> None:
    lead, term = sign_in(Role.TRUST_LEAD), busy.term
    for address in (
        reverse("class_year", args=(busy.class_group.pk,)),
        reverse("school_year", args=(busy.school.pk,)),
        f"{reverse('trust_report_pupils', args=(term.pk,))}?of=trust/{term.pk}/all/pupils",
    ):
        assert lead.get(address).status_code == 200
    assert not Download.objects.exists()
    file = reverse("trust_report_pupils_file", args=(term.pk, "csv"))
    assert lead.get(file, {"of": f"trust/{term.pk}/all/pupils"}).status_code == 200
    assert Download.objects.get().what == (
        f"Pupils behind a figure of the report of {busy.trust}, {term}"
    )
    # What is not sent is not in it either.
    assert lead.get(file, {"of": "nothing"}).status_code == 404
    assert Download.objects.count() == 1
