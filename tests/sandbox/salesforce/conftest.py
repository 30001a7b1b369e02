"""A program that is logged in to Salesforce."""

import pytest
import requests

from integrations.sandbox.salesforce.tokens import CONSUMER_KEY, CONSUMER_SECRET

LOAN = "MtgPlanner_CRM__Transaction_Property__c"
BORROWER = "MtgPlanner_CRM__Borrower_Name__c"
STATUS = "MtgPlanner_CRM__Status__c"
AMOUNT = "MtgPlanner_CRM__Loan_Amount_1st_TD__c"
CLIENT = {"client_id": CONSUMER_KEY, "client_secret": CONSUMER_SECRET}


class SalesforceClient:
    """Calls the sandbox's Salesforce; paths are those below a version."""

    def __init__(self, url: str, version: str = "62.0") -> None:
        self.url, self.base = url, f"{url}/salesforce"
        self.version = version
        self._session = requests.Session()

    def ask(self, base: str = "", **form: str):
        path = "/services/oauth2/token"
        return requests.post((base or self.base) + path, data=form, timeout=10)

    def log_in(self) -> "SalesforceClient":
        answer = self.ask(grant_type="client_credentials", **CLIENT)
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def call(self, method: str, path: str, body: object = None, **more):
        url = path if path.startswith("/services") else f"/services/data/v{self.version}{path}"
        return self._session.request(method, self.base + url, json=body, timeout=10, **more)

    def query(self, soql: str, path: str = "/query", **headers: str):
        return self.call("GET", path, params={"q": soql}, headers=headers)

    def records(self, soql: str, path: str = "/query") -> list[dict]:
        answer = self.query(soql, path)
        assert answer.status_code == 200, answer.text
        return answer.json()["records"]

    def column(self, soql: str, path: str = "/query") -> list:
        """What the only field has, row by row."""
        return [
            next(value for name, value in row.items() if name != "attributes")
            for row in self.records(soql, path)
        ]

    def control(self, method: str, path: str, body: object = None):
        answer = requests.request(
            method, f"{self.url}/_sandbox/salesforce{path}", json=body or {}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def stranger(sandbox):
    """Has not logged in."""
    return SalesforceClient(sandbox.url)


@pytest.fixture
def salesforce(stranger):
    return stranger.log_in()


@pytest.fixture
def org(sandbox):
    """What people do there."""
    return sandbox.salesforce


def refused(answer) -> tuple[int, str]:
    """Status and errorCode."""
    (error,) = answer.json()
    return answer.status_code, error["errorCode"]
