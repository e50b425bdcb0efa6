"""What asks for a fresh code because it could move money, though it moves none itself."""

import pytest
from django.test import Client

from joey.people.models import ApiToken
from joey.studio import sign_in
from tests.cast import mei, meis_shop

pytestmark = pytest.mark.django_db


def test_a_token_that_can_ask_for_payouts_is_not_made_without_a_fresh_code() -> None:
    meis_shop()
    client = Client()
    client.force_login(mei(), backend=sign_in.BACKEND)

    answer = client.post("/studio/mei/tokens", {"do": "make"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/studio/confirm?next=%2Fstudio%2Fmei%2Fsettings"
    assert not ApiToken.objects.exists()


def test_the_address_of_a_form_leads_to_its_page() -> None:
    """After signing in again, or choosing another language on a page that a form led to."""
    meis_shop()
    client = Client()
    client.force_login(mei(), backend=sign_in.BACKEND)
    pages = {
        "tokens": "settings",
        "pick/add": "pick",
        "pick/undo": "pick",
        "pick/show": "pick",
        "payout/cancel": "payout",
    }

    for form, page in pages.items():
        answer = client.get(f"/studio/mei/{form}?lang=en", follow=True)
        assert (answer.status_code, answer.request["PATH_INFO"]) == (200, f"/studio/mei/{page}"), form
        assert b'<html lang="en">' in answer.content, form
    assert Client().get("/studio/mei/tokens").headers["Location"] == "/studio/sign-in?next=%2Fstudio%2Fmei%2Ftokens"
