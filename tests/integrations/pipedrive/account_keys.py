"""The custom-field keys of the account that the payloads were recorded in."""

from integrations.pipedrive.schemas import RemoteKey

KEYS = {
    "company": {
        "hub_id": RemoteKey("90fc74916d18f643273fcce9fe94cab8c09dc6de", "varchar", {}),
        "tc2_status": RemoteKey("efd3db6afcb62c80ec38c4d515c27bbf79148208", "varchar", {}),
        "price_plan": RemoteKey(
            "36797a5b672dc8a4db64b0581b81abd0a765f11a", "enum", {"payg": 62, "startup": 63}
        ),
        "support_person": RemoteKey("ee3bcfcbef6b5b3d5178151cd42bae2b781c1f66", "user", {}),
        "paid_invoice_count": RemoteKey("a" * 40, "varchar", {}),
        "signup_questionnaire": RemoteKey("b" * 40, "text", {}),
        "pay0_at": RemoteKey("c" * 40, "date", {}),
        "website": RemoteKey("d" * 40, "varchar", {}),
    },
    "contact": {"hub_id": RemoteKey("8739d5d6631329585f1dbfa138372767cf10e5bf", "varchar", {})},
    "deal": {"hub_id": RemoteKey("56e0081eb0356601f1cc4ac82c22a0ec706ae598", "varchar", {})},
}


def key(kind: str, name: str) -> str:
    return KEYS[kind][name].key
