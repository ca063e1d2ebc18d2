"""Links to private files: each holds for 15 minutes, for one person in one trust.

The plain address of a file gives such a link out, to whoever may see the file now; the file
itself is sent at the link alone. A view asks `visible_to` first, whatever the link says, then
`instead_of_file`, and then writes down that it sent the file (`log_download` in `schools`).
"""

import datetime as dt

from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode

from parrcs.core.access import Access
from parrcs.core.views import TrustRequest

HOLDS_FOR = dt.timedelta(minutes=15)

_SALT = "parrcs.private_files"
_KEY = "key"


class LinkRunOut(Exception):
    """The link was given to this person for this file, more than 15 minutes ago."""


class LinkForged(Exception):
    """The link was not given to this person in this trust for this file."""


def signed_path(access: Access, path: str) -> str:
    """Return a link to the file at a path that holds for 15 minutes, for this person alone.

    All that says which file it is stands in the path: what else a query asks is not signed.
    """
    about = _about(access, path)
    key = _signer().sign(about).removeprefix(f"{about}:")
    return f"{path}?{urlencode({_KEY: key})}"


def check_link(access: Access, path: str, key: str) -> None:
    """Raise `LinkForged` or `LinkRunOut` unless this key opens the path for the person now."""
    try:
        _signer().unsign(f"{_about(access, path)}:{key}", max_age=HOLDS_FOR)
    except signing.SignatureExpired as old:
        raise LinkRunOut from old
    except signing.BadSignature as wrong:
        raise LinkForged from wrong


def instead_of_file(request: TrustRequest, *, file: str, back: str) -> HttpResponse | None:
    """Return what to answer where the address is no link that holds; None where it is one.

    `file` says what it is in words, `back` is the page that it belongs to. The caller has found
    that the person may see the file: a fresh link is given out here.
    """
    fresh = signed_path(request.access, request.path)
    key = request.GET.get(_KEY)
    if key is None:
        return redirect(fresh)
    try:
        check_link(request.access, request.path, key)
    except LinkForged as forged:
        raise Http404 from forged
    except LinkRunOut:
        said = {"file": file, "fresh": fresh, "back": back}
        return render(request, "link_run_out.html", said, status=410)
    return None


def _about(access: Access, path: str) -> str:
    return f"{access.trust_id} {access.person_id} {path}"


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=_SALT)
