"""Sign the form of a call, so that a gateway knows the caller and that nothing was changed on the way.

The rule is in the public documents on signing of several open platforms, which took it over from one another: sort
the parameters by name, write each name and value after one another without anything between, and hash that with the
secret.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Literal

SignMethod = Literal["md5", "hmac", "hmac-sha256"]


def sign(parameters: Mapping[str, str], secret: str, method: SignMethod) -> str:
    """Upper-case hex of the signature over all parameters but `sign` itself.

    Values are taken raw (not percent-encoded) and as UTF-8. `md5` has the secret before and behind the text, the two
    HMACs have it as their key.
    """
    text = "".join(name + parameters[name] for name in sorted(parameters) if name != "sign").encode()
    key = secret.encode()
    if method == "md5":
        return hashlib.md5(key + text + key).hexdigest().upper()  # noqa: S324 the protocol's own choice
    digest = hashlib.md5 if method == "hmac" else hashlib.sha256
    return hmac.new(key, text, digest).hexdigest().upper()
