"""``ecrm init``: a workspace in a folder."""

from pathlib import Path
from typing import Annotated

import typer

from ecrm_cli.cli import Command
from ecrm_cli.core.app import App
from ecrm_cli.core.workspace import shared_by
from ecrm_cli.upkeep.commands.flags import (
    CountryFlag,
    CurrencyFlag,
    FromFlag,
    LanguagesFlag,
    NameFlag,
    TimezoneFlag,
    YesFlag,
    business_given,
)
from ecrm_cli.upkeep.founding import Founding, found
from ecrm_cli.upkeep.questions import SENDER, founding_answers

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="The folder; this one without it.")
]


@app.command("init", cls=Command)
def init(
    ctx: typer.Context,
    folder: Folder = None,
    name: NameFlag = None,
    country: CountryFlag = None,
    timezone: TimezoneFlag = None,
    currency: CurrencyFlag = None,
    languages: LanguagesFlag = None,
    sender: FromFlag = None,
    yes: YesFlag = False,
) -> None:
    """Make a workspace in a folder.

    Writes config.yaml, starter segments, e-mail templates and an empty database. What is there is
    left alone, so the same command mends a workspace that lacks something.

    Example: ecrm init shop --name "Corner Coffee" --country RS --yes
    """
    door: App = ctx.obj
    root = (folder or door.folder or Path()).expanduser().absolute()
    given = business_given(name, country, timezone, currency, languages) | {SENDER.key: sender}
    answers = founding_answers(door.ask, given, root, yes=yes)
    made = found(root, answers, door.now, door.actor, door.wait)
    for left in made.left:
        door.out.note(f"Left alone: {left}")
    if shared := shared_by(root):
        door.out.warn(f"{root} is shared by {shared}, which damages databases. Move it elsewhere.")
    shown = {"workspace": str(root), "written": made.written, "left_alone": made.left}
    door.out.thing(shown, words=_words(made))


def _words(made: Founding) -> list[str]:
    if not made.written:
        return [
            f"Nothing was missing in {made.root}.",
            "To change a setting: ecrm config set KEY VALUE",
        ]
    return [
        f"Made a workspace in {made.root}: {len(made.written)} files.",
        "Next: ecrm import contacts FILE   (ecrm config show tells the settings)",
    ]
