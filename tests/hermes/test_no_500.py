"""No payload, header or query may cause a 500."""

from __future__ import annotations

import base64
from json import dumps

import pytest
from django.contrib import admin
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hermes.wsgi import application
from integrations.models import WebhookEvent
from tests.conftest import PASSWORD, USER

pytestmark = pytest.mark.django_db

DOOR = "/pipedrive/callback/"
RIGHT = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

many = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
text = st.text(max_size=60)
#: A header's value as a server hands it on: bytes as Latin-1, no line ends.
header = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


def knock(client: Client, method: str = "POST", body: bytes = b"{}", path: str = DOOR, **extra):
    content_type = extra.pop("CONTENT_TYPE", "application/json")
    client.raise_request_exception = False
    return client.generic(method, path, body, content_type, **{"HTTP_AUTHORIZATION": RIGHT} | extra)


@many
@given(body=st.binary(max_size=300))
def test_any_bytes_are_acknowledged_and_kept(client, body):
    assert knock(client, body=body).status_code == 200
    assert WebhookEvent.objects.filter(body=body).exists()


@many
@given(meta=values, data=values)
def test_any_json_is_acknowledged(client, meta, data):
    body = dumps({"meta": meta, "data": data}).encode()
    assert knock(client, body=body).status_code == 200
    assert WebhookEvent.objects.filter(body=body).exists()


@many
@given(key=text | st.integers() | st.none(), entity=text, time=text)
def test_any_id_of_an_event_is_kept(client, key, entity, time):
    meta = {"id": key, "entity": entity, "entity_id": key, "timestamp": time}
    assert knock(client, body=dumps({"meta": meta}).encode()).status_code == 200


@many
@given(authorization=header | header.map("Basic {}".format))
def test_wrong_credentials_of_any_form_are_refused(client, authorization):
    response = knock(client, HTTP_AUTHORIZATION=authorization)

    assert response.status_code == 401
    assert response.json()["status"] == "error"
    assert not WebhookEvent.objects.exists()


@many
@given(
    headers=st.fixed_dictionaries(
        {},
        optional={
            "CONTENT_TYPE": header,
            "HTTP_ACCEPT": header,
            "HTTP_USER_AGENT": header,
            "HTTP_X_REQUEST_ID": header,
            "HTTP_ACCEPT_LANGUAGE": header,
            "HTTP_COOKIE": header,
            "HTTP_X_FORWARDED_PROTO": header,
            "HTTP_IF_MODIFIED_SINCE": header,
            "HTTP_X_HTTP_METHOD_OVERRIDE": header,
        },
    )
)
@example(headers={"HTTP_X_REQUEST_ID": "x\x00y"})
def test_any_headers_are_borne(client, headers):
    assert knock(client, **headers).status_code < 500


@pytest.mark.parametrize("host", ["", "x\x00y", "evil.example", "[::1", "a" * 300, "ü.example"])
def test_a_wrong_host_is_a_plain_error(client, host):
    response = knock(client, HTTP_HOST=host)

    assert response.status_code in {200, 400}


@many
@given(query=header)
def test_any_query_is_borne(client, query):
    assert knock(client, QUERY_STRING=query).status_code == 200
    for path in ["/healthz", "/metrics", "/api/schema/", "/admin/login/"]:
        assert knock(client, "GET", path=path, QUERY_STRING=query).status_code < 500


@pytest.mark.parametrize(
    "path",
    ["/pipedrive/callback/%00", "/%00", "/%ff%fe", "/admin/%00", "/pipedrive/../etc", "//", "/é",
     "/admin/companies/company/%00/change/", "/admin/record/company/99999999999999999999/unlink/1/",
     "/api/schema/?format=%00", "/static/%00", "/static/../../etc/passwd"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_odd_addresses_are_not_found(admin_client, path, method):
    assert knock(admin_client, method, path=path).status_code < 500


@pytest.mark.parametrize(
    "method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "TRACE", "FOO", "\xff"]
)
def test_other_methods_are_not_allowed(client, method):
    response = knock(client, method)

    assert response.status_code == 405
    assert not WebhookEvent.objects.exists()


ADDRESSES = [
    "/", "/book/", "/book/1/", "/book/calls/x/", "/book/calls/x/move/", "/book/calls/x/cancel/",
    "/book/calls/x/call.ics", "/book/embed.js", "/loc/", "/choose-roundrobin/sales/",
    "/choose-roundrobin/support/", "/callbooker/availability/", "/callbooker/sales/book/",
    "/callbooker/support/book/", "/callbooker/support-link/validate/",
    "/callbooker/support-link/generate/tc2/", "/companies/", "/pipedrive/callback/",
    "/tc2/callback/", "/admin/", "/admin/login/", "/admin/calls/", "/admin/find/",
    "/admin/companies/company/", "/api/schema/", "/api/docs/", "/healthz", "/metrics", "/nothing/",
]  # fmt: skip
QUERY = "plan=payg&country_code=GB&q=+2D0-&admin_id=1&start_dt=1&end_dt=2&company_id=1&e=1&s=%ff"


@pytest.fixture
def server(db):
    """The application as a server calls it, which leaves the test's connection open."""
    request_started.disconnect(close_old_connections)
    yield application
    request_started.connect(close_old_connections)


@pytest.mark.parametrize(
    "parameter",
    ["charset=rot13", "charset=utf-7", "charset=utf-16", "charset=unicode_escape", "charset=idna",
     "charset=undefined", "charset=" + "x" * 1000, "charset=ascii", "charset=latin-1",
     "charset=\xe9", "charset=\x00", "charset=../x", "charset=", "charset*=rot13''x%20",
     "charset=UTF-8"],
)  # fmt: skip
def test_no_charset_causes_an_error_at_any_address(server, parameter):
    said = []
    for address in ADDRESSES:
        for method in ["GET", "POST"]:
            form = "application/x-www-form-urlencoded"
            request = RequestFactory().generic(method, address, QUERY, form, QUERY_STRING=QUERY)
            environ = request.environ
            environ["CONTENT_TYPE"] += f"; {parameter}"
            server(environ, lambda status, headers: said.append(status))

    assert len(said) == 2 * len(ADDRESSES)
    assert not [status for status in said if status.startswith("500")]


LISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
]
ODD_QUERIES = [
    "q=%00", "q=%ff%fe", "q=" + "x" * 20_000, "q=" + "ab+" * 7_000, "q='%22;--",
    "p=abc", "p=-1", "p=999999999999999999999",
    "o=99.x", "id=abc", "id__exact=%00", "id=99999999999999999999999", "nothing__here=1",
    "pk__in=a,b", "all=", "e=1", "_popup=1", "_to_field=x", "state__exact=%00", "q=%F0%9F%A6%89",
]  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
def test_no_query_of_a_list_causes_an_error(admin_client, address):
    for query in ODD_QUERIES:
        response = knock(admin_client, "GET", path=address, QUERY_STRING=query)
        assert response.status_code < 500, query


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_no_search_causes_an_error(admin_client, query):
    response = knock(admin_client, "GET", path="/admin/find/", QUERY_STRING=query)

    assert response.status_code < 500


@pytest.mark.parametrize("name", ["x" * 300, "a\x00b", "\ud83d"])
def test_a_log_in_under_an_impossible_name_is_only_refused(client, db, name):
    text = name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    response = client.post("/admin/login/", {"username": text, "password": "x"})

    assert response.status_code == 200
