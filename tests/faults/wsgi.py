"""The application as it is served, with faults thrown in: for tests alone.

Whichever request comes first for a choice takes away the fault that lies ready, and suffers it.
What happened is written down in a file of its own.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse

from tests.faults import FAULTS, fault_file

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")

IN_TRANSACTION = "parrcs.tests.die_before_commit"

type Environ = dict[str, Any]
type StartResponse = Callable[..., Any]


class DiesBeforeCommit:
    """Innermost of all middleware: the view has written, and nothing is committed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if IN_TRANSACTION in request.META:
            os._exit(1)
        return response


class Faulty:
    """Around the application: takes the fault that lies ready for a save, if one does."""

    def __init__(self) -> None:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.{DiesBeforeCommit.__name__}"]
        self.application = get_wsgi_application()
        # All that the first request would load: each fork has it then.
        call_command("check")
        self.folder = Path(os.environ["FAULTS"])

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith("/judgements/"):
            return self.application(environ, start_response)
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        fault = self._taken(json.loads(body))
        if fault == "before commit":
            environ[IN_TRANSACTION] = True
        if fault == "session expired":
            self._end_session(environ)
        answer = self.application(environ, start_response)
        if fault == "after commit":
            os._exit(1)
        if fault == "reply dropped":
            return _broken_off(b"".join(answer))
        return answer

    def _taken(self, choice: dict[str, Any]) -> str | None:
        for fault in FAULTS:
            try:
                fault_file(self.folder, choice, fault).unlink()
            except FileNotFoundError:
                continue
            with (self.folder / "happened").open("a") as happened:
                happened.write(f"{fault}\n")
            return fault
        return None

    @staticmethod
    def _end_session(environ: Environ) -> None:
        from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415  # needs apps

        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
        if cookie:
            SessionStore(cookie.value).delete()


def _broken_off(content: bytes) -> Iterator[bytes]:
    yield content[: len(content) // 2]
    raise ConnectionResetError("the reply is dropped here")


application = Faulty()
