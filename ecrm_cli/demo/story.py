"""The story of Zrno, a roaster in Novi Sad. The words between the commands name no figure: every
figure that the reader sees is a command's own."""

from __future__ import annotations

import json
import shlex
from datetime import date, timedelta
from pathlib import Path

from ecrm_cli.demo.crash import kill_half_way
from ecrm_cli.demo.stage import Stage

NEWS = "december"
PAGE = "kpi.html"
WEEK = timedelta(days=7)
TRY = (
    "contact show ana@example.org",
    "segment members one-time-buyers",
    "case due",
)


def tell(stage: Stage, root: Path, today: date) -> None:
    """Tell the story to its end on its day; ``root`` is how the reader named the folder."""
    beginning(stage, root)
    last_months_export(stage)
    who_is_quiet(stage, today)
    the_mail(stage)
    the_crash(stage)
    a_day_with_ana(stage)
    the_numbers(stage)
    ending(stage, root)


def beginning(stage: Stage, root: Path) -> None:
    """The workspace."""
    named = shlex.quote(str(root))
    stage.head("Zrno, a roaster in Novi Sad")
    stage.tell("""
        Zrno sells coffee on the web and over the counter, to customers of several languages.
        What its systems know about them lies in export files that nobody opens. Everything you
        see below is really run, in this folder and nowhere else; mail goes into a folder, too.
        The people are made up.
    """)
    stage.type(
        f"ecrm init {named} --yes --name Zrno --country RS \\\n"
        "  --languages sr-Latn,en,ru,ar --from 'Zrno <hello@zrno.example>'"
    )
    stage.enter(root)
    stage.type("ecrm config set business.postal_address 'Bulevar oslobođenja 1, Novi Sad'")


def last_months_export(stage: Stage) -> None:
    """People, orders, returns, and those who said no."""
    stage.head("1. The exports")
    stage.shell("wc -l exports/*")
    stage.type(
        "ecrm import contacts exports/customers.csv \\\n"
        "  --consent-topic offers --consent-basis consent", ends=6,
    )  # fmt: skip
    stage.tell("""
        What could not be read was kept out, with its line and the reason, and the exit code says
        so. Nobody was given a consent whose own line says no. Now what they bought and brought
        back:
    """)
    stage.type("ecrm import orders exports/orders.csv")
    stage.type("ecrm import orders exports/returns.csv")
    stage.tell("""
        The old newsletter tool kept lists of who unsubscribed, and who complained about mail. From
        here on no import brings them back.
    """)
    stage.type("ecrm consent withdraw - --topic all", given=Path("exports/unsubscribed.txt"))
    stage.type("ecrm consent suppress - --reason complaint", given=Path("exports/complained.txt"))
    stage.tell("""
        And this list hangs beside the telephone: who has no e-mail address, and may be called.
    """)
    stage.type(
        "ecrm consent grant - --channel phone \\\n  --topic offers --basis consent",
        given=Path("exports/callable.txt"),
    )
    stage.type("ecrm segment count everyone-reachable")


def who_is_quiet(stage: Stage, today: date) -> None:
    """The customers worth a mail."""
    stage.head("2. Who has gone quiet?")
    stage.tell("""
        A segment is a rule in a file; who is meant is worked out each time you ask. These were
        there from the start, and their limits are this shop's own:
    """)
    stage.type("ecrm segment list")
    stage.type("ecrm segment members vip-lapsing --fields given_name,email,country --limit 5")
    stage.tell("Ana is one of them. Why?")
    stage.type("ecrm segment explain vip-lapsing ana@example.org")
    stage.tell("""
        Ben is another. But he wrote a week ago, and nobody has answered him. While his complaint
        is open no campaign goes to him, whatever its rule says:
    """)
    stage.type(
        f"ecrm case open --contact ben@example.org --channel email --at {today - WEEK} \\\n"
        "  --category complaint --priority high --subject 'Both bags were stale'"
    )
    stage.type("ecrm campaign explain win-back ben@example.org")


def the_mail(stage: Stage) -> None:
    """A mail to them."""
    stage.head("3. A mail to those who have gone quiet")
    stage.tell("""
        A draft of it was there from the start, in each of the languages. Everybody gets it in
        their own; this is what Ana would read:
    """)
    stage.type("ecrm campaign preview win-back --contact ana@example.org")
    stage.type("ecrm campaign check win-back")
    stage.type("ecrm campaign send win-back --yes")
    stage.tell("To each of them a message, in a folder that any mail program opens:")
    stage.shell("ls outbox/new | wc -l")


def the_crash(stage: Stage) -> None:
    """A larger mail, whose sender dies in the middle."""
    stage.head("4. Pull the plug")
    stage.tell("""
        The December mail goes to everybody who may be written to. While it is being sent, this
        demo kills the sender: SIGKILL, as a power cut or a full memory would, without a warning.
        The mails from before are put with those that were read, so that what is counted in the
        folder is this one only.
    """)
    stage.shell("mv outbox/new/* outbox/cur/")
    stage.type(
        f"ecrm campaign new {NEWS} --segment everyone-reachable --topic offers \\\n"
        "  --subject \"{{ contact.given_name or 'Hello' }}, December is roasted\""
    )
    stage.tell("A run far larger than the last one is refused unless its size is named:")
    stage.type("ecrm segment count everyone-reachable")
    audience = int(json.loads(stage.ask("ecrm segment count everyone-reachable --json"))["count"])
    line = f"ecrm campaign send {NEWS} --yes --max-recipients {audience}"
    killed = kill_half_way(stage, line, audience)
    stage.shell("ls outbox/new | wc -l")
    if killed:
        stage.tell("So many had been written when it died. One command goes on:")
        stage.type(f"ecrm campaign resume {NEWS} --yes")
        stage.shell("ls outbox/new | wc -l")
    stage.tell("And how many messages are there twice?")
    stage.shell("grep -h ^Message-ID: outbox/new/* | sort | uniq -d | wc -l")


def a_day_with_ana(stage: Stage) -> None:
    """She buys, she calls, she is made happy again."""
    stage.head("5. Ana is back")
    stage.tell("""
        Zrno begins to give points. What would that have cost last year? And then everybody gets
        theirs, for the whole year; done twice, it changes nothing.
    """)
    stage.type("ecrm setup loyalty --per '100 RSD' --value '3 RSD'")
    stage.type("ecrm loyalty settle")
    stage.type("ecrm loyalty settle")
    stage.tell("Ana comes by and buys:")
    stage.type("ecrm order add --contact ana@example.org --line 'ETH-250 x 2 @ 1200'")
    stage.type("ecrm loyalty settle")
    stage.tell("Then the phone rings. Whoever picks up types the number they see:")
    stage.type("ecrm caller '064 123 4567' --log")
    stage.type(
        "ecrm case open --contact ana@example.org --channel phone \\\n"
        "  --category complaint --subject 'One bag was torn'"
    )
    stage.type("ecrm loyalty adjust ana@example.org +100 --reason 'sorry for the torn bag'")
    stage.type("ecrm loyalty balance ana@example.org")
    stage.tell("Every point is in a ledger that can be proved:")
    stage.type("ecrm loyalty check")


def the_numbers(stage: Stage) -> None:
    """The page of figures."""
    stage.head("6. The day, and the quarter")
    stage.tell("What needs somebody today, each line with the command that deals with it:")
    stage.type("ecrm today")
    stage.tell("And Sara? Hers comes this week:")
    stage.type("ecrm segment explain birthday-7d sara@example.org")
    stage.tell("""
        And how it goes: a quarter of a year beside the one before. Where a name is not plain, ask
        what it means.
    """)
    stage.type("ecrm report kpi --last 90d --compare previous")
    stage.type("ecrm report define repeat-rate")
    stage.type(f"ecrm report kpi --last 90d --out {PAGE}")


def ending(stage: Stage, root: Path) -> None:
    """What to try next."""
    stage.head("Now you")
    stage.tell("Everything is still there. To begin with:")
    named = shlex.quote(str(root))
    stage.put("".join(f"  ecrm -C {named} {words}\n" for words in TRY) + "\n")
    stage.tell("The page of figures, for any browser:")
    stage.put(f"  {stage.folder / PAGE}\n\n")
    stage.tell("Start your own:")
    stage.put("  ecrm init my-shop\n")
