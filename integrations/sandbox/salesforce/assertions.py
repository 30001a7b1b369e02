"""Assertions of the JWT bearer flow, and the key that signs them."""

import base64
import binascii
import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from integrations.sandbox.salesforce.errors import TokenRefused

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

#: Besides the org's own addresses.
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")


class Assertions:
    """The certificate of the connected app: here with its private key, for whoever tries it."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self._key: rsa.RSAPrivateKey | None = None
        #: Where tokens are asked for; the system says so.
        self.addresses: tuple[str, ...] = ()

    @property
    def private_key(self) -> str:
        """As PEM."""
        return self._private().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()  # fmt: skip

    def subject(self, assertion: str, issuer: str) -> str:
        """Who is to be logged in.

        Raises:
            TokenRefused: It is not signed, says the wrong thing, or is too old.
        """
        try:
            signed, _, signature = assertion.rpartition(".")
            head, claims = (_decoded(part) for part in signed.split("."))
            self._verify(signed, _bytes(signature))
        except (ValueError, binascii.Error, InvalidSignature) as error:
            raise TokenRefused("invalid_grant", "invalid assertion") from error
        if head.get("alg") != "RS256":
            raise TokenRefused("invalid_grant", "invalid assertion")
        self._check(claims, issuer)
        return str(claims.get("sub", ""))

    def _check(self, claims: dict, issuer: str) -> None:
        if claims.get("iss") != issuer:
            raise TokenRefused("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in (*AUDIENCES, *self.addresses):
            raise TokenRefused("invalid_grant", "audience is invalid")
        if _seconds(claims.get("exp")) < self._account.clock.time():
            raise TokenRefused("invalid_grant", "assertion is expired")

    def _verify(self, signed: str, signature: bytes) -> None:
        public = self._private().public_key()
        public.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())

    def _private(self) -> rsa.RSAPrivateKey:
        # Made when it is first wanted: that takes a while.
        with self._account.lock:
            if self._key is None:
                self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return self._key


def _seconds(given: object) -> float:
    """Salesforce reads a number in quotes too, as a much used library sends it."""
    try:
        return float(str(given))
    except ValueError:
        return 0


def _bytes(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _decoded(segment: str) -> dict:
    value = json.loads(_bytes(segment))
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value
