"""Outbound Messages."""

from xml.etree import ElementTree

import pytest

from integrations.sandbox.salesforce.receivers import SENT_OUT
from tests.sandbox.salesforce.conftest import LOAN

ACK = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>{}</Ack>'
    "</notificationsResponse></soapenv:Body></soapenv:Envelope>"
)
NAMES = {
    "out": "http://soap.sforce.com/2005/09/outbound",
    "sf": "urn:sobject.enterprise.soap.sforce.com",
}
KIND = "{http://www.w3.org/2001/XMLSchema-instance}type"


@pytest.fixture
def outbound(org, receiver):
    """The receiver of its messages, which acknowledges them."""
    receiver.answer_for = lambda _arrival: ACK.format("true")
    org.tell(outbound=receiver.url)
    org.switches.set(outbound_messages=True, change_events=False)
    return receiver


def notifications(arrival):
    """Id of the notification, type and fields of its record, of each."""
    found = []
    for each in ElementTree.fromstring(arrival.raw).iterfind(".//out:Notification", NAMES):
        record = each.find("out:sObject", NAMES)
        fields = {field.tag.rpartition("}")[2]: field.text for field in record}
        found.append((each.find("out:Id", NAMES).text, record.get(KIND), fields))
    return found


def test_change_is_told_with_the_org_and_the_record(org, outbound):
    loan = org.add("loan", name="Moss & O'Brien <1>", amount=5)

    (arrival,) = outbound.wait_for(1)
    assert arrival.headers["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(arrival.raw)
    assert root.find(".//out:OrganizationId", NAMES).text == "00D5f000000aBcDEAU"
    ((_, kind, fields),) = notifications(arrival)
    assert kind == f"sf:{LOAN}"
    assert (fields["Id"], fields["Name"]) == (loan["Id"], "Moss & O'Brien <1>")
    assert org.settle()


def test_message_comes_again_until_it_is_acknowledged_with_the_newest_values(org, outbound):
    org.switches.set(hold_deliveries=True, retry_scale=0)
    answers = iter([ACK.format("false"), "<html>", ACK.format("true")])
    outbound.answer_for = lambda _arrival: next(answers)
    loan = org.add("loan", name="Old")["Id"]
    org.switches.set(outbound_messages=False)
    org.edit("loan", loan, name="New")
    org.switches.set(hold_deliveries=False)
    org.account.deliveries.wake()

    arrivals = outbound.wait_for(3)
    assert org.settle()
    sent = [notifications(each) for each in arrivals]
    assert len({each[0][0] for each in sent}) == 1
    assert {each[0][2]["Name"] for each in sent} == {"New"}
    assert [each["error"] for each in org.deliveries[0].tries] == [
        "not acknowledged", "not acknowledged", "",
    ]  # fmt: skip


def test_waits_grow_to_two_hours_and_end_after_a_day():
    waits = SENT_OUT.after_seconds
    assert waits[:3] == (15, 30, 60)
    assert max(waits) == 7200
    assert 20 * 3600 < sum(waits) <= 24 * 3600


def test_hundred_notifications_make_a_message_and_deletes_make_none(salesforce, org, outbound):
    org.seed(loans=150)
    ids = [row["Id"] for row in org.rows("loan")]

    assert salesforce.control("POST", "/outbound", {"records": ids}) == {"messages": 2}
    assert sorted(len(notifications(each)) for each in outbound.wait_for(2)) == [50, 100]

    org.delete("loan", ids[0])
    assert org.settle()
    assert len(outbound.arrivals) == 2


def test_message_may_be_of_another_org(salesforce, org, outbound):
    loan = org.add("loan", name="Loan 1")["Id"]
    body = {"records": [loan], "organization_id": "00D000000000001AAA"}
    salesforce.control("POST", "/outbound", body)

    said = [
        ElementTree.fromstring(each.raw).find(".//out:OrganizationId", NAMES).text
        for each in outbound.wait_for(2)
    ]
    assert sorted(said) == ["00D000000000001AAA", "00D5f000000aBcDEAU"]
