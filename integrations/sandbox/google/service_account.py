"""Keys of service accounts, as Google's console hands them out."""

import json
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def new_key(sandbox_url: str) -> str:
    """The JSON of a new one, whose tokens the sandbox gives."""
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    project = "larkfield-calls"
    key = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": f"hermes@{project}.iam.gserviceaccount.example",
        "client_id": "100000000000000000001",
        "token_uri": f"{sandbox_url}/token",
    }
    return json.dumps(key, indent=2)


def kept_key(path: Path, sandbox_url: str) -> Path:
    """The file with the key for this sandbox; made when there is none."""
    if not path.exists() or json.loads(path.read_text())["token_uri"] != f"{sandbox_url}/token":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(new_key(sandbox_url))
    return path
