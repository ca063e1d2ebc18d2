"""Signing in and out, and the pages about one's account."""

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from schools.models import User
from tests.factories.schools import PASSWORD, UserFactory
from tests.schools.conftest import text_of

LOGIN = "/account/login/"
ANOTHER = "quite another battery staple"


@pytest.fixture
def teacher(world):
    person = world.people[Role.TEACHER]
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in_with(client, email, password, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


STARTS = {
    Role.TRUST_LEAD: "compare",
    Role.HEAD: "reports",
    Role.TEACHER: "classes",
    Role.ASSESSMENT_LEAD: "classes",
    Role.INCLUSION_LEAD: "pupils",
    Role.HOST_LINK: "pupils",
    Role.GOVERNOR: "reports",
    Role.TRUSTEE: "reports",
    Role.TRUST_ADMIN: "people",
}


@pytest.mark.parametrize(("role", "start"), STARTS.items())
def test_everyone_lands_where_their_work_is(sign_in, role, start):
    assert sign_in(role).get(reverse("home")).url == reverse(start)


@pytest.mark.parametrize(
    ("role", "words"), [(Role.MODERATOR, "moderator"), (Role.QA_REVIEWER, "QA reviewer")]
)
def test_a_role_with_nothing_to_do_yet_is_told_so(sign_in, role, words):
    page = sign_in(role).get(reverse("home"))
    assert page.status_code == 200
    assert f"In Harbour Partnership you are {words}. There is nothing" in text_of(page)


def test_a_person_signs_in_by_email_however_it_is_written(teacher):
    client = Client()
    assert sign_in_with(client, f"  {teacher.email.upper()} ", PASSWORD).url == "/"
    assert teacher.name in text_of(client.get("/schools/"))
    assert client.get(LOGIN).url == "/"
    assert User.objects.get(pk=teacher.pk).password.startswith("argon2")


def test_after_signing_in_one_is_where_one_wanted_to_go(teacher):
    client = Client()
    wanted = client.get("/schools/").url
    assert wanted == f"{LOGIN}?next=/schools/"
    assert 'name="next" value="/schools/"' in client.get(wanted).content.decode()
    assert sign_in_with(client, teacher.email, PASSWORD, next="/schools/").url == "/schools/"


def test_nobody_is_sent_to_another_site(teacher):
    answer = sign_in_with(Client(), teacher.email, PASSWORD, next="https://evil.example/")
    assert answer.url == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(teacher):
    def answer(email):
        page = sign_in_with(Client(), email, "wrong").content.decode()
        assert f'value="{email}"' in page
        return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", page.replace(email, "WHO"))

    wrong, unknown = answer(teacher.email), answer("nobody@harbour.example")
    assert wrong == unknown
    assert "This e-mail address and password do not go together." in wrong


def test_mistakes_are_summed_up_with_a_link_to_each_field(world):
    page = sign_in_with(Client(), "not an address", "").content.decode()
    assert 'role="alert"' in page
    assert 'href="#id_login"' in page
    assert 'href="#id_password"' in page
    assert 'value="not an address"' in page
    assert sign_in_with(Client(), "a\0b@example.org", "x").status_code == 200


def test_after_five_wrong_passwords_the_right_one_must_wait(teacher):
    for _ in range(5):
        sign_in_with(Client(), teacher.email, "wrong")
    client = Client()
    page = sign_in_with(client, teacher.email, PASSWORD)
    assert "That was too many attempts. Wait five minutes" in text_of(page)
    assert "_auth_user_id" not in client.session


def test_too_many_requests_get_a_page_in_plain_words(world):
    answers = [
        Client().post(reverse("account_reset_password"), {"email": "x@y.example"}) for _ in range(6)
    ]
    assert answers[-1].status_code == 429
    assert "This was tried too often in a short time" in text_of(answers[-1])


def test_nobody_registers(world):
    page = Client().get("/account/signup/")
    assert "Accounts are made by invitation" in text_of(page)
    before = User.objects.count()
    page = Client().post(
        "/account/signup/",
        {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert "Accounts are made by invitation" in text_of(page)
    assert User.objects.count() == before
    assert mail.outbox == []


@pytest.mark.parametrize("path", ["email/", "login/code/", "login/code/confirm/", "3rdparty/"])
def test_what_nobody_needs_of_allauth_is_not_there(world, sign_in, path):
    assert Client().get(f"/account/{path}").status_code == 404
    assert sign_in(Role.TEACHER).get(f"/account/{path}").status_code == 404


# --- Every page of it, in our house --------------------------------------------------------

OPEN_PAGES = {
    "account_login": "Sign in",
    "account_inactive": "This account is closed",
    "account_signup": "Accounts are made by invitation",
    "account_email_verification_sent": "Confirm your e-mail address",
    "account_reset_password": "Set a new password",
    "account_reset_password_done": "Look at your e-mail",
    "account_reset_password_from_key_done": "Your new password is set",
}


def is_ours(page, heading):
    html = page.content.decode()
    assert page.status_code == 200
    assert '<a class="skip" href="#main">Skip to the content</a>' in html
    assert '<section class="sheet narrow">' in html
    assert f"<h1>{heading}</h1>" in html
    assert html.count("<h1>") == 1
    assert "style=" not in html
    assert "placeholder" not in html


@pytest.mark.parametrize(("name", "heading"), OPEN_PAGES.items())
def test_pages_for_everyone_are_in_our_style(world, name, heading):
    is_ours(Client().get(reverse(name)), heading)


def test_pages_behind_sign_in_are_in_our_style(teacher):
    client = Client()
    client.force_login(teacher)
    is_ours(client.get(reverse("account_logout")), "Sign out")
    is_ours(client.get(reverse("account_change_password")), "Change your password")
    teacher.set_unusable_password()
    teacher.save()
    client.force_login(teacher)
    is_ours(client.get(reverse("account_set_password")), "Set a password")


def test_links_that_cannot_be_used_say_so_in_our_style(world):
    is_ours(
        Client().get(reverse("account_reset_password_from_key", args=["1", "x-y"])),
        "This link cannot be used",
    )
    is_ours(Client().get(reverse("account_confirm_email", args=["x"])), "This link cannot be used")


def test_an_address_that_is_not_proved_is_confirmed_first(world):
    person = UserFactory(email="late@harbour.example")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.filter(user=person).update(verified=False)
    answer = sign_in_with(Client(), person.email, PASSWORD)
    assert answer.url == reverse("account_email_verification_sent")
    assert mail.outbox[0].subject == "Confirm your e-mail address for PARRCS"
    key = EmailConfirmationHMAC(EmailAddress.objects.get(user=person)).key
    assert f"/account/confirm-email/{key}/" in mail.outbox[0].body
    client = Client()
    is_ours(client.get(reverse("account_confirm_email", args=[key])), "Confirm your e-mail address")
    client.post(reverse("account_confirm_email", args=[key]))
    assert sign_in_with(Client(), person.email, PASSWORD).url == "/"


def test_a_closed_account_does_not_sign_in(teacher):
    teacher.is_active = False
    teacher.save()
    client = Client()
    assert sign_in_with(client, teacher.email, PASSWORD).url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


# --- Passwords -----------------------------------------------------------------------------


def ask_for_reset(email):
    page = Client().post(reverse("account_reset_password"), {"email": email}, follow=True)
    return text_of(page)


def test_a_forgotten_password_is_replaced_through_the_mailbox(teacher):
    ask_for_reset(teacher.email)
    (message,) = mail.outbox
    assert message.subject == "Set a new password for PARRCS"
    link = re.search(r"http://testserver(\S+)", str(message.body)).group(1)
    client = Client()
    form = client.get(link, follow=True)
    is_ours(form, "Set a new password")
    action = form.request["PATH_INFO"]
    weak = client.post(action, {"password1": "short", "password2": "other"})
    assert "This password is too short" in text_of(weak)
    done = client.post(action, {"password1": ANOTHER, "password2": ANOTHER}, follow=True)
    assert "Your new password is set" in text_of(done)
    assert sign_in_with(Client(), teacher.email, ANOTHER).url == "/"
    assert sign_in_with(Client(), teacher.email, PASSWORD).status_code == 200
    is_ours(Client().get(link), "This link cannot be used")


def test_asking_does_not_tell_whether_there_is_an_account(teacher):
    assert ask_for_reset(teacher.email) == ask_for_reset("nobody@harbour.example")
    assert mail.outbox[1].to == ["nobody@harbour.example"]
    assert "There is no account with this address." in mail.outbox[1].body
    assert "signup" not in mail.outbox[1].body


def test_a_person_changes_their_password(teacher):
    client = Client()
    client.force_login(teacher)
    url = reverse("account_change_password")
    wrong = client.post(url, {"oldpassword": "no", "password1": ANOTHER, "password2": ANOTHER})
    assert "Current password: This is not your current password." in text_of(wrong)
    done = client.post(
        url, {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER}, follow=True
    )
    assert "Your password was changed." in text_of(done)
    assert sign_in_with(Client(), teacher.email, ANOTHER).url == "/"


# --- Nothing is kept -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["home", "schools", "calendar", "people", "account_logout"])
def test_no_browser_keeps_a_page_of_a_signed_in_person(sign_in, name):
    assert "no-store" in sign_in(Role.TRUST_ADMIN).get(reverse(name))["Cache-Control"]


def test_an_answer_that_says_no_is_not_kept_either(sign_in):
    client = sign_in(Role.GOVERNOR)
    assert "no-store" in client.get(reverse("people"))["Cache-Control"]
    assert "no-store" in client.get("/nothing/")["Cache-Control"]


def test_signing_out_clears_what_the_browser_has(sign_in):
    client = sign_in(Role.TEACHER)
    assert "Clear-Site-Data" not in client.get(reverse("account_logout"))
    answer = client.post(reverse("account_logout"))
    assert answer.url == LOGIN
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in answer["Cache-Control"]
    page = client.get(answer.url)
    assert "You have signed out." in text_of(page)
    assert client.get(reverse("schools")).url.startswith(LOGIN)


def test_a_link_cannot_sign_anyone_out(sign_in):
    client = sign_in(Role.TEACHER)
    client.get(reverse("account_logout"))
    assert client.get(reverse("schools")).status_code == 200


def test_a_form_from_before_signing_in_says_what_to_do(teacher):
    client = Client(enforce_csrf_checks=True)
    answer = sign_in_with(client, teacher.email, PASSWORD)
    assert answer.status_code == 403
    assert "Go back, reload the page and try again." in text_of(answer)
