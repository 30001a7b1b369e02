"""The admin's lists, searches and record pages with a million companies and contacts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, process_time
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from companies.models import Company
from contacts.models import Contact

from .admin_rows import FIRST_NAMES, LAST_NAMES, TOWNS, TRADES, fill
from .plan import Plan, say
from .results import Figure, Result, percentile

ROWS = 1_000_000
#: Of each page in each run, each time with another record or word.
VISITS = 20
#: A list ends after 10,000 rows.
DEEPEST_PAGE = 200

COMPANIES, CONTACTS = "/admin/companies/company/", "/admin/contacts/contact/"

Sample = list[Any]


@dataclass
class Page:
    """One kind of visit: how its address comes about, and what each run saw."""

    name: str
    address: Callable[[random.Random], tuple[str, dict[str, Any]]]
    p95: list[float] = field(default_factory=list)
    queries: int = 0
    #: CPU milliseconds of this process, of all visits so far.
    cpu: list[float] = field(default_factory=list)


def measure(plan: Plan) -> Result:
    """In each run every page is visited so many times, by one logged-in sales person."""
    rows = plan.scaled(ROWS, 1000)
    fill(rows)
    client, pages = _logged_in(), _pages()
    for page in pages:
        _visit(client, page, random.Random(0))
    overall = []
    for each in plan.rounds():
        chance, all_times = random.Random(each), []
        for page in pages:
            times = [_visit(client, page, chance) for _ in range(VISITS)]
            page.p95.append(percentile(times, 0.95))
            all_times += times
        overall.append(percentile(all_times, 0.95))
        say(f"95th percentile of all pages: {overall[-1]:.0f} ms")
    return Result("admin", _figures(pages, overall), [_notes(rows)])


def _figures(pages: list[Page], overall: list[float]) -> list[Figure]:
    most = max(pages, key=lambda page: page.queries)
    return [
        Figure("95th percentile, all pages", overall, "ms", at_most=100),
        *(Figure(page.name, page.p95, "ms", at_most=100) for page in pages),
        Figure(f"most queries ({most.name})", [most.queries], at_most=14),
        Figure("CPU of Python, usual page", [median(page.cpu) for page in pages], "ms"),
    ]


def _notes(rows: int) -> str:
    return (
        f"{rows} companies, {rows} contacts, a third of them linked. Time from the request to the "
        f"whole answer inside one process, middleware and templates included; {VISITS} visits of "
        "each page in each run, and its 95th percentile."
    )


def _logged_in() -> Client:
    user = User.objects.create_user("sales", is_staff=True)
    user.groups.add(Group.objects.get(name="sales"))
    client = Client()
    client.force_login(user)
    return client


def _visit(client: Client, page: Page, chance: random.Random) -> float:
    """Milliseconds of one visit."""
    address, parameters = page.address(chance)
    with _counted() as queries:
        started, cpu = perf_counter(), process_time()
        answer = client.get(address, parameters)
        milliseconds = (perf_counter() - started) * 1000
        page.cpu.append((process_time() - cpu) * 1000)
    if answer.status_code != 200:
        raise RuntimeError(f"{page.name}: {address} {parameters} answered {answer.status_code}")
    page.queries = max(page.queries, len(queries))
    return milliseconds


@contextmanager
def _counted() -> Iterator[list[str]]:
    queries: list[str] = []

    def note(execute: Callable, sql: str, *others: Any) -> Any:
        queries.append(sql)
        return execute(sql, *others)

    with connection.execute_wrapper(note):
        yield queries


def _pages() -> list[Page]:
    companies, contacts = _sample(Company), _sample(Contact)
    deep = min(DEEPEST_PAGE, Company.objects.count() // 50)

    def found(start: str, text: Callable[[random.Random], str]) -> Callable:
        return lambda chance: (start, {"q": text(chance)})

    def opened(start: str, sample: Sample) -> Callable:
        return lambda chance: (f"{start}{chance.choice(sample).pk}/change/", {})

    def one_of(words: list[str]) -> Callable[[random.Random], str]:
        return lambda chance: chance.choice(words).lower()

    return [
        Page("company list", lambda chance: (COMPANIES, {})),
        Page("company list by name", lambda chance: (COMPANIES, {"o": "1"})),
        Page("company list, page 2", lambda chance: (COMPANIES, {"p": "2"})),
        Page(
            "company list, deep page",
            lambda chance: (COMPANIES, {"p": chance.randint(deep // 2, deep)}),
        ),
        Page("companies with a common word", found(COMPANIES, one_of([*TRADES, *TOWNS]))),
        Page("companies by a rare fragment", found(COMPANIES, _rare(companies))),
        Page("companies that are not there", found(COMPANIES, lambda chance: "Zzyzx Quixotry")),
        Page("companies by a contact's e-mail", found(COMPANIES, _email(contacts))),
        Page("companies by number elsewhere", found(COMPANIES, _number(companies))),
        Page("company page", opened(COMPANIES, companies)),
        Page("contact list", lambda chance: (CONTACTS, {})),
        Page("contacts with a common name", found(CONTACTS, one_of([*FIRST_NAMES, *LAST_NAMES]))),
        Page("contacts by whole name", found(CONTACTS, _whole_name)),
        Page("contacts by e-mail", found(CONTACTS, _email(contacts))),
        Page("contacts by phone", found(CONTACTS, lambda chance: chance.choice(contacts).phone)),
        Page("contacts by company", found(CONTACTS, lambda chance: chance.choice(companies).name)),
        Page("contact page", opened(CONTACTS, contacts)),
    ]


def _sample(model: Any) -> Sample:
    """Records from everywhere in the table."""
    first, last = (model.all_objects.order_by(order).first().pk for order in ["pk", "-pk"])
    chance = random.Random(1)
    return list(model.objects.filter(pk__in=[chance.randint(first, last) for _ in range(300)]))


def _rare(companies: Sample) -> Callable[[random.Random], str]:
    """The end of a name: a part of a word of the town, and the number."""
    return lambda chance: chance.choice(companies).name[-9:].strip()


def _email(contacts: Sample) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(contacts).email


def _number(companies: Sample) -> Callable[[random.Random], str]:
    linked = [company for company in companies if company.pk % 3 == 0]
    return lambda chance: str(500_000 + chance.choice(linked).pk)


def _whole_name(chance: random.Random) -> str:
    return f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
