"""A session that ends while a page is open: the next click leads to sign-in and back."""

from django.test import Client
from django.urls import reverse

SIGN_IN = reverse("account_login")


def test_a_page_asked_for_after_the_session_ended_leads_to_sign_in_and_back(client: Client) -> None:
    response = client.get("/compare/?strand=reading")
    assert response.status_code == 302
    assert response.url == f"{SIGN_IN}?next=/compare/%3Fstrand%3Dreading"


def test_a_fragment_asked_for_then_takes_the_whole_page_there(client: Client) -> None:
    response = client.get(
        "/compare/?strand=writing",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/compare/?strand=reading",
        },
    )
    assert response.headers["HX-Redirect"] == f"{SIGN_IN}?next=/compare/%3Fstrand%3Dreading"
