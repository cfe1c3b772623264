"""The rules of addresses and names, without a store."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ecrm_cli.core.errors import DataError

# What the library would accept without looking twice; everything else is asked of the library.
# The import's SQL uses the same two patterns.
PLAIN_EMAIL = r"^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$"
PLAIN_PHONE = r"^\+[1-9][0-9]{9,14}$"
_SEPARATORS = re.compile(r"[\s().\-/\u00a0\u202a-\u202e\u2066-\u2069]+")


class BadEmail(DataError):
    """An address that no mail can reach."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text!r} is not an e-mail address: {why}")
        self.why = why


class BadPhone(DataError):
    """A number that cannot be dialled."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text!r} is not a phone number: {why}")
        self.why = why


def normal_email(text: str) -> str:
    """Return the address as it is compared: lower case, IDN domains as the mail server wants them.

    A spreadsheet's mark for text, an apostrophe before it, is not part of it.

    Raises BadEmail with the library's reason.
    """
    wanted = text.strip().removeprefix("'").lower()
    if len(wanted) <= 254 and re.match(PLAIN_EMAIL, wanted) and len(wanted.split("@")[0]) <= 64:
        return wanted
    from email_validator import EmailNotValidError, validate_email

    try:
        read = validate_email(wanted, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise BadEmail(text, str(error)) from None
    return f"{read.local_part}@{read.ascii_domain}".lower()


def normal_phone(text: str, country: str | None) -> str:
    """Return the number in E.164, read as one of ``country`` where it has no prefix.

    Raises BadPhone.
    """
    bare = _SEPARATORS.sub("", text.strip().removeprefix("tel:"))
    if re.match(PLAIN_PHONE, bare):
        return bare
    import phonenumbers

    try:
        parsed = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException as error:
        raise BadPhone(text, f"{error}.") from None
    if not phonenumbers.is_possible_number(parsed):
        raise BadPhone(text, f"it has the wrong length for {country or 'any country'}.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True)
class Profile:
    """The fields of a contact that a person may write; None leaves a field alone."""

    email: str | None = None
    phone: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    company: str | None = None
    job: str | None = None
    locale: str | None = None
    zone: str | None = None
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None
    birthday: str | None = None


PROFILE_FIELDS = (
    "given_name",
    "family_name",
    "company",
    "job",
    "locale",
    "zone",
    "street",
    "city",
    "region",
    "postcode",
    "country",
    "birthday",
)
