"""The pages of imports, as people use them through the client."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from exchange.models import Import
from exchange.services.erasure_runs import erase
from exchange.services.kinds import KINDS
from parrcs.core.access import Role
from pupils.models import Pupil
from tests.exchange.canary import decide
from tests.exchange.conftest import HEADINGS, Desk, as_csv, counts, row, upn
from tests.exchange.ctf_files import ctf, pupil
from tests.pupils.conftest import words as seen_words
from tests.world import World

type SignIn = Callable[[Role], Client]


def post_file(client: Client, content: bytes, kind: str = "pupils", **more: object) -> str:
    """Send a file through the form, and return where that led to."""
    response = client.post(
        reverse("import_new", args=[kind]),
        {"file": SimpleUploadedFile("autumn list.csv", content), **more},
    )
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


@pytest.mark.parametrize("role", Role)
def test_those_who_write_pupils_by_hand_import_them(role: Role, sign_in: SignIn) -> None:
    may = role in (Role.HEAD, Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.TRUST_LEAD)
    client = sign_in(role)
    for address in (reverse("imports"), reverse("import_new", args=["pupils"])):
        assert client.get(address).status_code == (200 if may else 403)
    home = client.get(reverse("pupils")).content.decode()
    assert (f'href="{reverse("imports")}"' in home) is may


def test_a_file_goes_from_the_form_to_the_roll_and_back(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in(Role.HEAD)
    headings = (*HEADINGS, "Eye colour")
    rows = [[*row(1), "green"], [*row(2, SEN_Need="=Genius"), "blue"]]
    page = post_file(client, as_csv(rows, headings), place=f"school-{desk.world.school.pk}")
    assert "Waiting for a worker" in client.get(page).content.decode()
    run = desk.go_on(Import.objects.get())
    shown = client.get(page).content.decode()
    assert "<b>1 new</b> and <b>0 changed</b> of 2 lines" in shown
    assert "1 not read" in shown
    assert "<dt>Eye colour</dt><dd><b>not read</b>" in shown
    assert "<dt>Legal Surname</dt><dd>Last name</dd>" in shown
    assert "Forename1" in shown
    only = client.get(page, {"only": "refused"}).content.decode()
    assert "Forename2" in only
    assert "Forename1" not in only

    refused = client.get(reverse("import_refused", args=[run.pk])).content.decode("utf-8-sig")
    assert refused.splitlines()[0].endswith("Eye colour,Line in the file,Why it was refused")
    assert "'=Genius" in refused
    mended = refused.replace("'=Genius", "SEMH")

    client.post(reverse("import_apply", args=[run.pk]))
    assert counts(desk.go_on(run)) == ("applied", 1, 0, 0, 1)
    assert "<b>Applied</b> on" in client.get(page).content.decode()
    assert client.get(reverse("import_original", args=[run.pk])).content == as_csv(rows, headings)
    again = client.post(reverse("import_apply", args=[run.pk]), follow=True).content.decode()
    assert "This file is not waiting to be applied any more." in again

    second = post_file(client, mended.encode(), place=f"school-{desk.world.school.pk}")
    assert counts(desk.go_on(Import.objects.latest("pk"))) == ("checked", 1, 0, 0, 0)
    client.post(f"{second}discard/")
    assert Import.objects.count() == 1
    assert not Pupil.objects.filter(upn=upn(2)).exists()

    assert "Undo the import" in client.get(reverse("import_undo", args=[run.pk])).content.decode()
    client.post(reverse("import_undo", args=[run.pk]))
    assert desk.go_on(run).state == "undone"
    assert "All of it is as it was before." in client.get(page).content.decode()
    listed = client.get(reverse("imports")).content.decode()
    assert "autumn list.csv" in listed
    assert "Undone" in listed


def test_a_common_transfer_file_asks_where_its_pupils_go(sign_in: SignIn, desk: Desk) -> None:
    client, world = sign_in(Role.HEAD), desk.world
    address = reverse("import_new", args=["ctf"])
    file = SimpleUploadedFile("a.xml", ctf([pupil(1), pupil(2, need="?")]))
    missing = client.post(address, {"file": file}).content.decode()
    assert "Choose the route." in missing
    where = {"school": world.school.pk, "route": world.routes["formal"].pk}
    page = post_file(
        client, ctf([pupil(1), pupil(2, need="?")]), "ctf", **where, starts_on="2026-10-01"
    )
    run = desk.go_on(Import.objects.get())
    assert counts(run) == ("checked", 1, 0, 0, 1)
    assert "StageAssessments" in client.get(page).content.decode()
    refused = client.get(reverse("import_refused", args=[run.pk])).content.decode("utf-8-sig")
    assert refused.startswith(
        "UPN,Last name,First name,Date of birth,Sex,Primary need,Looked after,"
    )


def test_a_file_that_cannot_be_read_is_said_at_once(sign_in: SignIn, world: World) -> None:
    client = sign_in(Role.HEAD)
    shown = client.post(
        reverse("import_new", args=["pupils"]),
        {
            "file": SimpleUploadedFile("list.csv", b"%PDF-1.7"),
            "place": f"school-{world.school.pk}",
        },
    ).content.decode()
    assert "“list.csv” is a PDF." in shown
    empty = client.post(reverse("import_new", args=["pupils"]), {}).content.decode()
    assert "Choose a file." in empty
    assert not Import.objects.exists()


def test_templates_hold_no_pupil_and_are_understood(sign_in: SignIn) -> None:
    client = sign_in(Role.HEAD)
    for code, kind in KINDS.items():
        assert bool(kind.templates) == (code != "ctf")
        for template in kind.templates:
            for ending in ("csv", "xlsx"):
                address = reverse("import_template", args=[code, template.code, ending])
                content = client.get(address).content
                with pytest.raises(Exception, match="below"):
                    kind.read(f"template.{ending}", content)
    for other in (
        ("pupils", "template", "pdf"),
        ("pupils", "sums", "csv"),
        ("ctf", "template", "csv"),
    ):
        assert client.get(reverse("import_template", args=other)).status_code == 404


def test_pages_ask_no_more_of_many_lines(
    sign_in: SignIn, desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.HEAD)
    few = desk.send(as_csv([row(1), row(2, DOB="?")]))
    many = desk.send(as_csv([row(n, DOB="?" if n % 2 else "14/03/2016") for n in range(30)]))
    assert (few.all_lines, many.all_lines) == (2, 30)
    asked = []
    for run in (few, many):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("import", args=[run.pk]))
        asked.append(len(queries))
    assert asked[0] == asked[1]
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("imports"))
    for _ in range(5):
        desk.send(as_csv([row(1)]))
    with django_assert_num_queries(len(queries)):
        client.get(reverse("imports"))


def test_the_page_of_one_at_work_tells_only_what_is_new(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in(Role.HEAD)
    page = post_file(client, as_csv([row(1)]), place=f"school-{desk.world.school.pk}")
    htmx = {"HX-Request": "true"}
    assert "Waiting" in client.get(page, headers=htmx).content.decode()
    assert client.get(page, {"seen": "waiting 0"}, headers=htmx).status_code == 204
    desk.go_on(Import.objects.get())
    assert client.get(page, headers=htmx)["HX-Refresh"] == "true"


def test_after_an_erasure_the_page_says_what_is_left_to_undo(sign_in: SignIn, desk: Desk) -> None:
    """Of three pupils that were imported one is erased, and then the two others."""
    client = sign_in(Role.HEAD)
    run = desk.apply(desk.send(as_csv([row(number) for number in (1, 2, 3)])))
    again = desk.send(as_csv([row(number, Legal_Surname="Newname") for number in (1, 2, 3)]))
    page, undo = (reverse(name, args=[run.pk]) for name in ("import", "import_undo"))
    assert "It can be undone until" in seen_words(client.get(page))

    erased(desk.world, upn(2))
    said = seen_words(client.get(page))
    assert "1 of these lines was about pupils who have been erased since." in said
    assert "2 lines can still be undone." in said
    assert "the file and what" not in said, "the file went with the erasure"
    assert "so 2 are left to undo" in seen_words(client.get(undo))
    waiting = seen_words(client.get(reverse("import", args=[again.pk])))
    assert "1 of these lines was emptied" in waiting
    assert "Apply 2 lines" in waiting
    # What the page says is what happens.
    again = desk.apply(again)
    assert counts(again) == ("applied", 0, 2, 0, 1)
    desk.undo(again)

    desk.undo(run)
    said = seen_words(client.get(page))
    assert "All else is as it was before." in said
    assert "1 of its lines was about pupils who have been erased." in said
    assert not Pupil.objects.filter(upn__in=[upn(1), upn(2), upn(3)]).exists()


def test_where_nobody_is_left_there_is_nothing_to_undo(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in(Role.HEAD)
    run = desk.apply(desk.send(as_csv([row(1)])))
    erased(desk.world, upn(1))
    page, undo = (reverse(name, args=[run.pk]) for name in ("import", "import_undo"))
    said = seen_words(client.get(page))
    assert "Nothing is left to undo." in said
    assert "It can be undone until" not in said
    assert undo not in client.get(page).content.decode()
    assert client.get(undo).url == page


def erased(world: World, number: str) -> None:
    """Erase all that is kept of a pupil."""
    erasure = decide(world, Pupil.objects.get(upn=number))
    erase(trust_id=world.trust.pk, erasure_id=erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.problem) == ("done", "")
