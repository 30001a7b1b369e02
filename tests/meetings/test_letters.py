"""What guests are written about their calls."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.utils import timezone

from contacts.models import Contact
from integrations.models import SyncLog
from meetings import services, tasks
from meetings.models import Letter, Meeting
from tests.at_once import together
from tests.factories import ContactFactory, MeetingFactory, TeamMemberFactory
from tests.meetings.mailbox import invitation, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("guest_mails")]


@pytest.mark.parametrize(
    ("name", "greeted"),
    [("Ines", "Ines"), ("J. R.", "J. R."), ("Jean-Luc", "Jean-Luc"), ("D’Arcy", "D’Arcy"),
     ("Inês", "Inês"), ("زهرا‌سادات", "زهرا‌سادات"), ("अनीता", "अनीता"), ("", "there"),
     ("evil.example", "there"), ("http://evil", "there"), ("Win1000", "there"),
     ("you@b", "there"), ("Buy!", "there")],
)  # fmt: skip
def test_guests_are_greeted_by_what_can_be_a_name(meeting, name, greeted):
    Contact.objects.update(first_name=name)

    (letter,) = sent()

    assert f"Hello {greeted}," in letter.body


def test_a_booking_is_confirmed_once_with_an_invitation(meeting):
    (letter,) = sent()

    assert letter.to == ["ines@brightpath.example"]
    assert letter.subject == "Your call is booked: Product demo with Mia Lind"
    assert "Hello Ines," in letter.body
    assert "Lisbon (GMT+" in letter.body
    assert "https://hermes.example/book/calls/" in letter.body
    method, uid, sequence, event = invitation(letter)
    assert (method, uid, sequence) == ("REQUEST", f"call-{meeting.pk}@hermes.example", 0)
    assert event["dtstart"].dt == meeting.starts_at
    assert "ines@brightpath.example" in str(event["attendee"])
    assert sent() == []


def test_nothing_internal_is_in_what_the_guest_gets(meeting):
    meeting.company.estimated_income = "4000"
    meeting.company.save()
    (letter,) = sent()

    files = [part.get_payload(decode=True).decode() for part in letter.message().walk()
             if not part.is_multipart()]  # fmt: skip
    said = "\n".join([*files, *letter.message().values()])
    assert all(known in said for known in ["BEGIN:VEVENT", "Hello Ines", "ines@brightpath.example"])
    for internal in ["admin", "4000", "pipedrive", "+351", "Stage", "Sales call"]:
        assert internal not in said


def test_a_move_and_a_cancellation_are_told_of_the_same_invitation(meeting):
    first = invitation(sent()[0])
    services.move(meeting, meeting.starts_at - timedelta(minutes=90))
    (moved,) = sent()
    services.cancel(meeting)
    (cancelled,) = sent()

    assert moved.subject.startswith("Your call has changed")
    assert invitation(moved)[:3] == ("REQUEST", first[1], 1)
    assert cancelled.subject.startswith("Your call is cancelled")
    assert invitation(cancelled)[:3] == ("CANCEL", first[1], 2)
    assert invitation(cancelled)[3]["dtstart"].dt == invitation(moved)[3]["dtstart"].dt
    assert sent() == []


def test_a_change_that_nobody_told_of_is_told_too(meeting):
    sent()
    Meeting.objects.update(host=TeamMemberFactory(first_name="Ola", last_name="Berg"))
    (letter,) = sent()

    assert letter.subject == "Your call has changed: Product demo with Ola Berg"
    assert invitation(letter)[2] == 1


def test_changes_before_the_first_letter_are_one_letter(meeting):
    services.move(meeting, meeting.starts_at - timedelta(minutes=90))

    (letter,) = sent()

    assert letter.subject.startswith("Your call is booked")


@pytest.mark.parametrize("same", ["Ines@Brightpath.example", "  ines@brightpath.example "])
def test_an_address_written_otherwise_is_the_same_guest(meeting, same):
    sent()
    meeting.contact.email = same
    meeting.contact.save()

    assert sent() == []


def test_an_address_with_blanks_around_it_is_written_to_once(meeting):
    meeting.contact.email = "  ines@brightpath.example "
    meeting.contact.save()

    assert [letter.to for letter in sent()] == [["ines@brightpath.example"]]
    assert sent() == []


@pytest.mark.parametrize("how", ["no contact", "no address"])
def test_a_guest_who_is_taken_off_a_call_hears_that_it_is_off(meeting, how):
    sent()
    if how == "no contact":
        Meeting.objects.update(contact=None)
    else:
        Contact.objects.update(email="")

    (letter,) = sent()

    assert (letter.to, invitation(letter)[0]) == (["ines@brightpath.example"], "CANCEL")
    assert sent() == []


def test_another_guest_is_invited_and_the_first_one_hears_that_it_is_off(meeting):
    sent()
    Meeting.objects.update(contact=ContactFactory(email="ben@brightpath.example"))

    letters = sent() + sent()

    assert [(letter.to, invitation(letter)[0]) for letter in letters] == [
        (["ines@brightpath.example"], "CANCEL"), (["ben@brightpath.example"], "REQUEST"),
    ]  # fmt: skip


def test_a_call_that_awaits_its_calendar_or_was_never_kept_is_told_to_nobody(
    visitor, host, calendar
):
    visitor.start()
    calendar.set("lost-answer")
    visitor.book()

    assert sent() == []
    assert not Letter.objects.exists()


def test_calls_that_staff_plan_are_theirs_to_tell(db):
    MeetingFactory()

    assert sent() == []


def test_without_a_mail_server_nothing_is_owed(meeting, settings):
    settings.GUEST_MAILS = False

    assert sent() == []
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_letter_once(visitor, host):
    for number in range(3):
        visitor.start()
        visitor.book(
            email=f"guest{number}@larkfield.example", company_name=f"No {number}", phone=""
        )
    mail.outbox.clear()
    start = Barrier(2)

    def work(_):
        start.wait(10)
        return tasks.write_to_guests()

    counts = together(work, 2)

    assert sum(counts) == 3
    assert len(mail.outbox) == len({letter.to[0] for letter in mail.outbox}) == 3


# -- trouble ---------------------------------------------------------------------------------


@pytest.fixture
def mail_server(monkeypatch):
    """What the mail server answers; None takes everything."""
    answers: list = []

    def send(self, messages):
        if answers and (answer := answers.pop(0)):
            raise answer
        mail.outbox.extend(messages)
        return len(messages)

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send)
    return answers


def due_now():
    Letter.objects.update(next_attempt_at=timezone.now())


def test_a_letter_that_could_not_be_sent_is_sent_later_and_once(meeting, mail_server):
    mail_server.append(ConnectionRefusedError("no"))
    assert sent() == []
    assert sent() == []
    due_now()

    assert len(sent()) == 1
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts, letter.last_error) == ("sent", 2, "")


def test_while_the_server_is_away_one_letter_asks_for_all(visitor, host, mail_server):
    for name in ["ines", "ben"]:
        visitor.start()
        visitor.book(email=f"{name}@{name}.example", name=name, company_name=name, phone="")
    mail_server += [TimeoutError(), TimeoutError()]

    assert sent() == []
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 1]
    assert sent() == []
    due_now()
    assert len(sent()) == 2


def test_an_address_that_is_refused_is_given_up_and_staff_are_told(meeting, mail_server):
    mail_server.append(smtplib.SMTPRecipientsRefused({"ines@brightpath.example": (550, b"no")}))

    assert sent() == []

    assert Letter.objects.get().state == "failed"
    assert "The guest was not told (confirmation)" in SyncLog.objects.get(topic="mail").message


def test_an_address_that_is_refused_for_now_is_tried_again(meeting, mail_server):
    later = {"ines@brightpath.example": (451, b"greylisted, come again")}
    mail_server.append(smtplib.SMTPRecipientsRefused(later))
    assert sent() == []
    due_now()

    assert len(sent()) == 1
    assert not SyncLog.objects.exists()


def test_a_letter_that_did_not_go_out_before_its_call_has_failed_and_staff_are_told(
    meeting, mail_server
):
    mail_server.append(TimeoutError("no"))
    sent()
    start = timezone.now() - timedelta(minutes=1)
    for rows in (Meeting.objects, Letter.objects):
        rows.update(starts_at=start, ends_at=start + timedelta(minutes=30))
    due_now()

    assert sent() == []

    assert Letter.objects.get().state == "failed"
    said = SyncLog.objects.get(topic="mail").message
    assert said == "The guest was not told (confirmation): TimeoutError: no"


def test_a_letter_that_somebody_is_at_is_nobody_elses(meeting):
    sent()
    Letter.objects.update(state="owed", next_attempt_at=timezone.now() + timedelta(minutes=2))
    assert sent() == []
    due_now()

    (letter,) = sent()

    again = letter.extra_headers["Message-ID"]
    assert again == f"<call-{meeting.pk}-0-confirmation@hermes.example>"


def test_what_was_overtaken_is_not_sent(meeting, mail_server):
    mail_server.append(TimeoutError())
    sent()
    services.cancel(meeting)
    (letter,) = sent()
    due_now()
    assert sent() == []

    assert invitation(letter)[0] == "CANCEL"
    assert set(Letter.objects.values_list("kind", "state")) == {
        ("confirmation", "dropped"), ("cancelled", "sent"),
    }  # fmt: skip
