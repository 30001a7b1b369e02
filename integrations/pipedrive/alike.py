"""Looking in Pipedrive for a record that other systems made of us: somebody may have it there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from integrations.sync import links, phone_numbers
from integrations.sync.errors import Undecided
from integrations.sync.names import are_alike
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing

from . import loan_details
from .client import Client
from .elsewhere import SHOWN
from .schemas import ENTITIES, NAME, RemoteKey, cut

#: By what a record is looked up that holds no number of ours.
LOOKED_UP_BY = {"company": "name", "contact": "email"}

#: Where Salesforce's map shows it in a field of the account's own.
LOAN_NUMBER = f"{loan_details.PREFIX}loan_number"

#: A number of Salesforce's is written with so many characters, or with three more.
SHORT_NUMBER = 15


def _has_address(record: RemoteRecord, email: str) -> bool:
    return email.casefold() in [each.casefold() for each in record.emails]


def _has_phone(record: RemoteRecord, phone: str) -> bool:
    listed = record.remote_state.get("phones") or []
    return any(phone_numbers.are_one(each["value"], phone) for each in listed)


#: Field to whether a person can be reached so: a search finds what is like it as well.
REACHED = {"email": _has_address, "phone": _has_phone}


@dataclass(frozen=True)
class Alike:
    """One search for records of a kind.

    Attributes:
        fetch: Reads records: what a search shows of them is no proof.
    """

    kind: str
    keys: Mapping[str, RemoteKey]
    client: Client
    fetch: Callable[[str, Iterable[str]], list[RemoteRecord]]

    def of(self, outgoing: Outgoing) -> list[RemoteRecord]:
        """By the number that another system has for it; else by name, e-mail address or phone.

        Raises:
            Undecided: There are several, and nothing says which.
        """
        number = self._number(outgoing.values)
        if number and (named := self._with_number(number)):
            return self._only(named, f"have {number} as {self._field()}")
        if self.kind == "contact" and outgoing.parents.get("company") is None:
            return self._persons(outgoing, number)
        if self.kind == "deal":
            loan_number = str(outgoing.values.get(LOAN_NUMBER) or "")
            return self._with_loan_number(loan_number, number, outgoing) if loan_number else []
        return self._named_alike(outgoing)

    def _field(self) -> str:
        return SHOWN[self.kind].field

    def _number(self, values: Mapping[str, object]) -> str:
        shown = SHOWN.get(self.kind)
        if shown is None or not shown.names or shown.field not in self.keys:
            return ""
        return str(values.get(shown.field) or "")

    def _with_number(self, number: str) -> list[RemoteRecord]:
        """Those whose field holds it, long or short; archived deals are among them."""
        key = self.keys[self._field()].key
        ids = self.client.find_by_field(
            ENTITIES[self.kind], key, number[:SHORT_NUMBER], match="beginning"
        )
        found = self._read(ids)
        return [record for record in found if record.shown.get(self._field()) == number]

    def _with_loan_number(
        self, loan_number: str, number: str, outgoing: Outgoing
    ) -> list[RemoteRecord]:
        """Deals of the loan that is called so by its lender, and that are no other loan's."""
        key = self.keys[LOAN_NUMBER].key
        found = [
            record
            for record in self._read(self.client.find_by_field("deal", key, loan_number))
            if record.shown.get(LOAN_NUMBER) == loan_number
            and record.shown.get(self._field()) in ("", None, number)
        ]
        one = self._only(found, f"have the loan number {loan_number}")
        self._refuse_another(one, f"has the loan number {loan_number}", outgoing)
        return one

    def _refuse_another(self, found: list[RemoteRecord], what: str, outgoing: Outgoing) -> None:
        """What is certainly the same must be no other record of ours, unless a person said so."""
        ids = [record.remote_id for record in found]
        taken = links.record_ids_of(NAME, {self.kind: ids})
        apart = links.apart(NAME, self.kind, ids)
        for record in found:
            if taken.get(record.key) and (record.remote_id, outgoing.record_id) not in apart:
                raise Undecided(
                    f"Pipedrive's {self.kind} {record.remote_id} {what}, and Hermes has it as "
                    f"another {self.kind}, “{record.fields.get('name')}”: merge the two in "
                    "Hermes, or correct the number there, and try again"
                )

    def _persons(self, outgoing: Outgoing, number: str) -> list[RemoteRecord]:
        """Persons with the e-mail address, or else with the phone number."""
        email, phone = (cut(str(outgoing.values[name] or "")) for name in ("email", "phone"))
        if email and (found := self._called_so("email", email, outgoing, number)):
            return self._only(found, f"are called so and have the address {email}")
        if phone_numbers.forms(phone):
            found = self._called_so("phone", phone, outgoing, number)
            return self._only(found, f"are called so and have the phone number {phone}")
        return []

    def _called_so(
        self, field: str, value: str, outgoing: Outgoing, number: str
    ) -> list[RemoteRecord]:
        """Those of them with a name that is alike, who are nobody else yet."""
        found = self._read(self.client.search("person", field, value))
        taken = links.record_ids_of(NAME, {self.kind: [record.remote_id for record in found]})
        return [
            record
            for record in found
            if record.key not in taken
            and REACHED[field](record, value)
            and record.shown.get(self._field()) in ("", None, number)
            and are_alike(str(record.fields.get("name")), str(outgoing.values["name"]))
        ]

    def _only(self, found: list[RemoteRecord], what: str) -> list[RemoteRecord]:
        if len(found) > 1:
            entity = ENTITIES[self.kind]
            numbers = ", ".join(record.remote_id for record in found)
            raise Undecided(
                f"{len(found)} {entity}s in Pipedrive {what}: {numbers}. Merge them there, or say "
                "on the record which one it is, and try again"
            )
        return found

    def _named_alike(self, outgoing: Outgoing) -> list[RemoteRecord]:
        """An organization of the name; of its persons, one with the e-mail address."""
        field = LOOKED_UP_BY.get(self.kind)
        value = cut(outgoing.values[field]) if field else ""
        if not field or not value:
            return []
        ours = outgoing.parents.get("company")
        return [
            record
            for record in self._read(self.client.search(ENTITIES[self.kind], field, value))
            if str(record.fields.get(field)).casefold() == value.casefold()
            and record.parents.get("company") in (None, ours)
        ]

    def _read(self, ids: list[str]) -> list[RemoteRecord]:
        """None is read for none: a list without ids would be all of it."""
        return self.fetch(self.kind, ids) if ids else []
