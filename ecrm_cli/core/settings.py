"""config.yaml as frozen typed settings. Imported where it is used: msgspec stands behind it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from ecrm_cli.core.secrets import reveal
from ecrm_cli.core.settings_cases import Cases, Sla
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.core.yamlfile import Document, read

Text = Annotated[str, Meta(min_length=1)]


class Business(Struct, frozen=True, forbid_unknown_fields=True):
    """Who we are. ``country`` is None until it is said; ``languages`` begin with the default."""

    name: Text = "My business"
    postal_address: str | None = None
    country: str | None = None
    timezone: str = "UTC"
    currency: str = "EUR"
    languages: Annotated[tuple[str, ...], Meta(min_length=1)] = ("en",)
    color: str | None = None
    logo: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the business has its days."""
        return ZoneInfo(self.timezone)


class Smtp(Struct, frozen=True, forbid_unknown_fields=True):
    """The mail server. ``timeout`` in seconds; ``password`` names the place of a secret."""

    host: Text = "localhost"
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    timeout: Annotated[float, Meta(ge=1, le=600)] = 30


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """How mail leaves: into a folder of this machine, or through a server."""

    transport: Literal["folder", "smtp"] = "folder"
    folder: Text = "outbox"
    smtp: Smtp = Smtp()
    sender: str | None = field(default=None, name="from")
    max_recipients: Annotated[int, Meta(ge=1)] | None = None


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """How fast mail is handed over: messages a second over so many connections."""

    per_second: Annotated[float, Meta(gt=0, le=10_000)] = 10
    connections: Annotated[int, Meta(ge=1, le=64)] = 4


class Links(Struct, frozen=True, forbid_unknown_fields=True):
    """Where our pages are reached from outside."""

    base_url: str | None = None


class Consent(Struct, frozen=True, forbid_unknown_fields=True):
    """What people may agree to be written to about."""

    topics: Annotated[tuple[str, ...], Meta(min_length=1)] = (
        "offers",
        "news",
        "birthday",
        "surveys",
    )


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    """After how long a customer has lapsed: ``auto`` is by the shop's own usual gap."""

    lapse: Annotated[str, Meta(pattern=r"^(auto|[1-9]\d{0,3}d)$")] = "auto"

    @property
    def days(self) -> int | None:
        """The owner's own limit, None where the shop's gap says it."""
        return None if self.lapse == "auto" else int(self.lapse.removesuffix("d"))


class Points(Struct, frozen=True, forbid_unknown_fields=True):
    """The points programme: ``earn`` points for each full ``per``; one is worth ``value``.

    Both amounts are written with their currency, ``100 RSD``. Without ``per`` there is none.
    """

    per: str | None = None
    earn: Annotated[int, Meta(ge=1, le=1000)] = 1
    value: str | None = None
    rounding: Literal["down", "up", "nearest"] = "down"


class Loyalty(Struct, frozen=True, forbid_unknown_fields=True):
    """What customers get for coming back."""

    points: Points = Points()


class Sections(Struct, frozen=True, forbid_unknown_fields=True):
    """The blocks of config.yaml; every key has a default. ``agents`` are who deals with cases."""

    business: Business = Business()
    mail: Mail = Mail()
    pace: Pace = Pace()
    links: Links = Links()
    consent: Consent = Consent()
    retention: Retention = Retention()
    loyalty: Loyalty = Loyalty()
    agents: tuple[str, ...] = ()
    cases: Cases = Cases()
    sla: Sla = Sla()


class Settings(Sections, frozen=True, kw_only=True):
    """The settings of one workspace."""

    workspace: Workspace

    def secret(self, reference: str, environment: Mapping[str, str] | None = None) -> str:
        """Return the secret that a setting such as ``mail.smtp.password`` names.

        Raises SecretMissing, OpenSecret.
        """
        return reveal(reference, self.workspace, os.environ if environment is None else environment)


def read_settings(workspace: Workspace) -> Settings:
    """Read and check the workspace's config.yaml. Raises NoFile, DataError."""
    return settings_of(read(workspace.config), workspace)


def settings_of(document: Document, workspace: Workspace) -> Settings:
    """Return a document's settings; raises the first thing that is wrong with them."""
    from ecrm_cli.core.settings_checks import problems

    sections = document.typed(Sections)
    for problem in problems(document, sections):
        raise problem
    return Settings(
        **{name: getattr(sections, name) for name in Sections.__struct_fields__},
        workspace=workspace,
    )
