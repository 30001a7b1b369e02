"""What keeps programs, forgers and strange input away from the public pages."""

from __future__ import annotations

import base64
import json

import pytest
from altcha import solve_challenge_v1

from companies.models import Company
from meetings.models import Meeting
from meetings.public import guards
from tests.meetings.visitor import Visitor

pytestmark = pytest.mark.django_db

PARTS = ["algorithm", "challenge", "number", "salt", "signature"]


def proof(**changed):
    """What a browser finds out."""
    given = guards.challenge()
    number = solve_challenge_v1(
        given["challenge"], given["salt"], given["algorithm"], given["maxNumber"]
    ).number
    found = {**given, "number": number, **changed}
    return base64.b64encode(json.dumps(found).encode()).decode()


def test_a_proof_of_work_books(visitor, host, settings):
    visitor.start()

    assert visitor.book(altcha=proof()).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    ["x", "e30=", "W10=", "bnVsbA==", "x" * 10_000, "\x00", "ü",
     base64.b64encode(json.dumps(dict.fromkeys(PARTS, 1)).encode()).decode(),
     base64.b64encode(b"[" * 1000).decode()],
)  # fmt: skip
def test_a_wrong_proof_books_nothing(visitor, host, wrong):
    visitor.start()
    response = visitor.book(altcha=wrong)

    assert response.status_code == 400
    assert "Your browser’s check was not accepted." in visitor.text
    assert visitor.values["name"] == "Ines Duarte"
    assert not Company.objects.exists()


def test_a_forged_proof_books_nothing(visitor, host):
    visitor.start()

    assert visitor.book(altcha=proof(number=1)).status_code == 400
    assert visitor.book(altcha=proof(salt="cheap?expires=9999999999&")).status_code == 400


def written_otherwise(proof):
    """The same proof in other letters."""
    found = dict(reversed(json.loads(base64.b64decode(proof)).items()))
    found |= {"number": str(found["number"]), "more": 1}
    return base64.b64encode(json.dumps(found, indent=1).encode()).decode()


def test_a_proof_is_good_for_one_booking_sent_twice(visitor, host):
    used = proof()
    visitor.start()
    time = visitor.times[0]

    assert visitor.book(time, altcha=used).status_code == 303
    assert visitor.book(time, altcha=used).status_code == 303
    assert visitor.book(time, altcha=written_otherwise(used)).status_code == 303
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("again", [str, written_otherwise])
@pytest.mark.parametrize("what", ["time", "email", "form"])
def test_a_proof_is_good_for_no_other_booking(visitor, host, what, again):
    used = proof()
    visitor.start()
    time, other = visitor.times[0], visitor.times[-1]
    assert visitor.book(time, altcha=used).status_code == 303
    if what == "form":
        visitor.start()

    typed = {"email": "ola@brightpath.example"} if what == "email" else {}
    response = visitor.book(other if what == "time" else time, altcha=again(used), **typed)

    assert response.status_code == 400
    assert "Your browser’s check was not accepted." in visitor.text
    assert Meeting.objects.count() == 1


def test_the_field_that_only_programs_see_is_to_stay_empty(visitor, host):
    visitor.start()
    response = visitor.book(fax="555")

    assert response.status_code == 400
    assert "Please leave the field “Fax” empty" in visitor.text
    assert not Company.objects.exists()


def test_who_is_faster_than_any_person_is_asked_again(visitor, host, settings):
    settings.CALLBOOKER_FASTEST_SECONDS = 60
    visitor.start()
    response = visitor.book()

    assert response.status_code == 400
    assert "That was very fast." in visitor.text
    settings.CALLBOOKER_FASTEST_SECONDS = 0
    assert visitor.book().status_code == 303


@pytest.mark.parametrize("stamp", ["", "forged", "a:b:c", "x" * 10_000])
def test_a_form_that_is_not_ours_is_to_be_sent_again(visitor, host, stamp):
    visitor.start()
    response = visitor.book(stamp=stamp)

    assert response.status_code == 400
    assert "Please send it again." in visitor.text
    assert visitor.book().status_code == 303


def test_too_many_tries_are_put_off(visitor, host, settings):
    settings.CALLBOOKER_BOOKINGS_PER_MINUTE = 2
    visitor.start()
    time = visitor.times[0]
    codes = [visitor.press("book", time=time).status_code for _ in range(3)]

    assert codes == [422, 422, 429]
    assert 0 < int(visitor.response.headers["Retry-After"]) <= 61


def test_too_many_looks_are_put_off(host, settings, calendar):
    settings.CALLBOOKER_READS_PER_MINUTE = 2
    codes = [Visitor().open("/book/").status_code for _ in range(3)]

    assert codes == [200, 200, 429]


# -- scripts, frames, cookies ----------------------------------------------------------------


def test_pages_run_and_look_like_our_own_files_only_and_set_no_cookie(visitor, host, settings):
    settings.CALLBOOKER_ALLOWED_ORIGINS = ["https://www.larkfield.example"]
    visitor.start()
    policy = dict(part.strip().split(" ", 1) for part in
                  visitor.response.headers["Content-Security-Policy"].split(";"))  # fmt: skip

    assert (policy["script-src"], policy["style-src"]) == ("'self'", "'self'")
    assert policy["frame-ancestors"] == "'self' https://www.larkfield.example"
    assert "X-Frame-Options" not in visitor.response.headers
    assert "no-store" in visitor.response.headers["Cache-Control"]
    assert not visitor.client.cookies
    for inline in ["<style", " style=", "onclick", "javascript:"]:
        assert inline not in visitor.html
    assert "<script>" not in visitor.html


def test_other_pages_are_shown_nowhere_else(client, settings):
    settings.CALLBOOKER_ALLOWED_ORIGINS = ["https://www.larkfield.example"]
    response = client.get("/admin/login/")

    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_only_allowed_sites_are_told_of_the_page_inside_of_them(visitor, host, settings):
    settings.CALLBOOKER_ALLOWED_ORIGINS = ["https://www.larkfield.example"]
    visitor.open("/book/?site=https://www.larkfield.example")
    assert 'data-site="https://www.larkfield.example"' in visitor.html

    visitor.open("/book/?site=https://elsewhere.example")

    assert "data-site" not in visitor.html


def test_a_colour_of_the_site_around_is_taken_on_through_all_steps(visitor, host):
    visitor.open("/book/?accent=C2410C")
    assert 'data-accent="C2410C"' in visitor.html
    visitor.press("times", plan="payg")
    assert 'data-accent="C2410C"' in visitor.html
    visitor.book()

    visitor.follow()

    assert 'data-accent="C2410C"' in visitor.html


@pytest.mark.parametrize(
    "colour", ["red", "%23C2410C", "C2410", "C2410C00", "C2410C;", '"><b>', "٣٣٣٣٣٣"]
)
def test_what_is_no_colour_changes_nothing(visitor, host, colour):
    visitor.open(f"/book/?accent={colour}")

    assert "data-accent" not in visitor.html


def test_the_script_for_other_sites_is_at_its_address(client, db):
    response = client.get("/book/embed.js")

    assert response.headers["Content-Type"].startswith("text/javascript")
    assert b"iframe" in response.content


@pytest.mark.parametrize(
    ("wanted", "tag", "title"),
    [
        ("fa", '<html lang="fa" dir="rtl">', "رزرو تماس"),
        ("fr", '<html lang="fr" dir="ltr">', "Réserver un appel"),
        ("xx", '<html lang="en" dir="ltr">', "Book a call"),
    ],
)
def test_a_page_speaks_the_language_that_is_asked_for(visitor, host, wanted, tag, title):
    visitor.open(f"/book/?lang={wanted}")

    assert tag in visitor.html
    assert visitor.title == title
    visitor.press("times", plan="payg")
    visitor.book()
    assert f"?lang={wanted}" in visitor.response.headers["Location"]


@pytest.mark.parametrize(
    ("wanted", "plan", "title"),
    [("fa", "پرداخت به‌اندازهٔ مصرف", "نمایش محصول با Mia Lind"),
     ("fr", "Paiement à l’usage", "Démonstration du produit avec Mia Lind"),
     ("en", "Pay as you go", "Product demo with Mia Lind")],
)  # fmt: skip
def test_plans_and_the_calls_title_are_in_the_language_of_the_page(
    visitor, host, wanted, plan, title
):
    visitor.open(f"/book/?lang={wanted}")
    assert plan in visitor.text
    visitor.press("times", plan="payg")
    assert plan in visitor.text
    visitor.book()

    visitor.follow()

    assert title in visitor.text
