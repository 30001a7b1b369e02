"""How TC2 signs what it sends."""

import hashlib
import hmac


def signature(key: str, body: bytes) -> str:
    """HMAC-SHA256 over the raw bytes, in lower-case hex."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
