"""What is no fault leaves no trace of one in the log: a refusal, and a browser after an icon."""

import logging

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role


def test_a_refusal_is_one_quiet_line(sign_in, caplog):
    with caplog.at_level(logging.INFO):
        assert sign_in(Role.GOVERNOR).get(reverse("pupils")).status_code == 403
    (line,) = [each for each in caplog.records if each.name == "django.request"]
    assert (line.levelname, line.exc_info) == ("INFO", None)
    assert line.getMessage() == "Forbidden (Permission denied): /pupils/"
    assert "Traceback" not in caplog.text


def test_a_fault_keeps_its_trace(sign_in, caplog, monkeypatch):
    client = sign_in(Role.HEAD)
    client.raise_request_exception = False
    monkeypatch.setattr("pupils.views.pupils.pupil_list", lambda *_, **__: 1 / 0)
    assert client.get(reverse("pupils")).status_code == 500
    (line,) = [each for each in caplog.records if each.name == "django.request"]
    assert line.levelname == "ERROR"
    assert "ZeroDivisionError" in caplog.text


def test_browsers_find_the_icon_where_they_look_for_it(db, caplog):
    client = Client()
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert finders.find(answer.url.removeprefix(settings.STATIC_URL))
    assert "max-age" in answer["Cache-Control"]
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]
    for page in (client.get(reverse("account_login")), client.get("/nothing-here/")):
        assert f'<link rel="icon" href="{answer.url}"' in page.content.decode()
