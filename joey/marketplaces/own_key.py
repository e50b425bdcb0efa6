"""Seal what keepers type of their own accounts, with a key that is in a file and never in the database.

AES-256-GCM, which notices any change. The account's code is sealed in with it, so that the bytes of one account are no
use in the row of another. Nothing here quotes what it seals.
"""

import hashlib
import logging
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from json import dumps
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from joey.kit.json import read_json
from joey.kit.refusals import Unavailable

log = logging.getLogger(__name__)

KEY_BYTES, NONCE_BYTES = 32, 12


class AccountLocked(Unavailable):
    """The key with which an account was sealed is not here, so no one can use the account."""

    code = "account_locked"


@dataclass(frozen=True)
class Sealed:
    """What the database keeps; `key_id` tells which key it was, and nothing of the key."""

    bytes: bytes
    key_id: str


def seal(credentials: Mapping[str, str], code: str) -> Sealed:
    """Seal the credentials of the account with this code. Raises AccountLocked.

    A key is made where there is no file. If there was one, what it sealed stays locked until it is typed again, which
    the id of each one's key tells. A file that cannot be read, or holds no key, is left as it is.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    _make_key(settings.JOEY_OWN_ACCOUNTS_KEY)
    key, nonce = _key(), secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, dumps(dict(credentials)).encode(), code.encode())
    return Sealed(nonce + sealed, _id_of(key))


def unseal(sealed: Sealed, code: str) -> dict[str, str]:
    """The credentials of the account with this code. Raises AccountLocked."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = _key()
    if _id_of(key) != sealed.key_id:
        raise AccountLocked(_("The account was sealed with another key than the one that is here."))
    try:
        opened = AESGCM(key).decrypt(sealed.bytes[:NONCE_BYTES], sealed.bytes[NONCE_BYTES:], code.encode())
    except InvalidTag:
        raise AccountLocked(_("What is kept of the account was changed, or is that of another account.")) from None
    found = read_json(opened)
    assert isinstance(found, dict)
    return found


def key_id() -> str:
    """Which key is here. Raises AccountLocked."""
    return _id_of(_key())


def _key() -> bytes:
    path: Path = settings.JOEY_OWN_ACCOUNTS_KEY
    try:
        if path.stat().st_mode & 0o077:
            raise AccountLocked(_("Others can read the file with the key of keepers' own accounts: chmod 600 it."))
        key = b64decode(path.read_bytes(), validate=False)
    except (OSError, ValueError):
        raise AccountLocked(_("The file with the key of keepers' own accounts cannot be read.")) from None
    if len(key) != KEY_BYTES:
        raise AccountLocked(_("The file with the key of keepers' own accounts holds no key."))
    return key


def _make_key(path: Path) -> None:
    """Make the file unless it is there: complete from the moment on at which it is seen, and for its owner only."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        if os.path.lexists(path):
            return
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its key is the key
            os.link(fresh, path)
            log.warning("a new key of keepers' own accounts was made in %s", path)
        fresh.unlink()
    except OSError as failure:
        text = _("The file with the key of keepers' own accounts cannot be made (%s).")
        raise AccountLocked(text % failure.strerror) from None


def _id_of(key: bytes) -> str:
    return hashlib.sha256(b"joey own accounts\n" + key).hexdigest()[:16]
