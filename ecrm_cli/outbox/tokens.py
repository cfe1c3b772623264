"""Links by which somebody unsubscribes: signed, and telling nothing of who they are."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from ecrm_cli.outbox.model import Terms

SALT = "ecrm.unsubscribe"


def tokens_by(key: str) -> Callable[[str], str]:
    """Return what makes the token of a Message-ID: the hash in it, signed with the workspace's key.

    The hash is found again in ``message``; nobody else can tell from it whose it is.
    """
    import hmac
    from hashlib import sha256

    from itsdangerous import Signer
    from itsdangerous.encoding import base64_encode

    # What Signer.sign does, without deriving the key for every recipient anew.
    derived = Signer(key, salt=SALT, digest_method=sha256).derive_key()

    def token_of(mime_id: str) -> str:
        local = mime_id.strip("<>").partition("@")[0]
        signature = base64_encode(hmac.digest(derived, local.encode(), "sha256"))
        return f"{local}.{signature.decode()}"

    return token_of


def by_mail(token: str, mailto: str) -> str:
    """Return the address of a mail that unsubscribes."""
    return f"mailto:{quote(mailto, safe='@+')}?subject=unsubscribe%20{token}"


def unsubscribe_url(token: str, terms: Terms) -> str:
    """Return where somebody unsubscribes: our page, or a mail to us where there is none."""
    if terms.base_url is None:
        return by_mail(token, terms.mailto)
    return f"{_ascii(terms.base_url).rstrip('/')}/u/{token}"


def list_headers(token: str, terms: Terms) -> list[tuple[str, ...]]:
    """Return the headers behind a mailbox's own button, each a name and its values.

    List-Unsubscribe, and over https List-Unsubscribe-Post (RFC 8058).
    """
    url = unsubscribe_url(token, terms)
    if terms.base_url is None:
        return [("List-Unsubscribe", f"<{url}>")]
    mail = f"<{by_mail(token, terms.mailto)}>"
    headers: list[tuple[str, ...]] = [("List-Unsubscribe", f"<{url}>", mail)]
    if url.startswith("https://"):
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def _ascii(url: str) -> str:
    """Return a web address as it may stand in a header: the host and the path in ASCII."""
    if url.isascii():
        return url
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.encode('idna').decode()}{slash}{quote(path, safe='/%')}"
