"""Templates: found by name or given as text, rendered within limits, wrong ones said in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import DecimalException
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from ecrm_cli.core.errors import DataError, NotFound, Place
from ecrm_cli.core.meter import CURRENT, Meter, Stopped, gathered

if TYPE_CHECKING:
    import jinja2

    from ecrm_cli.core.sandbox import Sandbox

# What a wrong expression of a template raises; anything else is a bug of ours and stays one.
WRONG = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)
_NO_SUCH = re.compile(r"No (filter|test) named '([^']+)'")


class BadTemplate(DataError):
    """A template cannot be read or rendered; the sentence names its place."""

    kind = "bad-template"

    def __init__(
        self, what: str, place: Place, hint: str = "", matches: Sequence[str] = ()
    ) -> None:
        if matches and not hint:
            hint = f"Did you mean {' or '.join(matches)}?"
        spot = Place(place.file, place.line)
        super().__init__(f"{spot}: {what}.", hint=hint, place=place, matches=matches)


class StoppedTemplate(BadTemplate):
    """A rendering went over its limits of text, work or time."""

    kind = "stopped-template"

    def __init__(self, reason: str, place: Place) -> None:
        hint = "Look for a loop in a loop, a macro that calls itself, or a very large number."
        super().__init__(f"the template {reason} and was stopped", place, hint)


@dataclass(frozen=True)
class Template:
    """A template ready to be rendered any number of times."""

    name: str
    compiled: jinja2.Template
    sandbox: Sandbox

    def render(self, context: dict[str, object]) -> str:
        """Return the template's text for the names in ``context``.

        An absent value (None) prints as nothing; a name that does not exist raises BadTemplate,
        an endless or overlong rendering StoppedTemplate, both with file and line.
        """
        return "".join(self.pieces(context))

    def pieces(self, context: dict[str, object]) -> list[str]:
        """Return the same text in pieces: what the template says, and between it the values.

        In a template that escapes, a value is Markup. Raises what ``render`` raises.
        """
        token = CURRENT.set(Meter())
        try:
            found = self.compiled.new_context(context)
            return gathered(self.compiled.root_render_func(found))
        except Exception as error:
            told = _told(error, self, context)
            if told is None:
                raise
            raise told from None
        finally:
            CURRENT.reset(token)


class Templates:
    """The templates of a workspace, then the shipped ones: the first folder that has one wins.

    Frozen templates are given as texts by their names.
    """

    def __init__(self, source: Sequence[Path] | Mapping[str, str]) -> None:
        from ecrm_cli.core.sandbox import Sandbox

        self._sandbox = Sandbox(source)

    def named(self, name: str) -> Template:
        """Return the template ``name``, as ``spring.html.j2``; a .html one escapes its values.

        Raises NotFound, BadTemplate.
        """
        import jinja2

        try:
            with _reading(self._sandbox, name):
                return Template(name, self._sandbox.get_template(name), self._sandbox)
        except jinja2.TemplateNotFound:
            raise NotFound.named("template", name, self._sandbox.list_templates()) from None

    def source(self, name: str) -> str:
        """Return the text of the template ``name``. Raises NotFound, BadTemplate."""
        import jinja2

        try:
            with _reading(self._sandbox, name):
                return self._sandbox.source_of(name)
        except jinja2.TemplateNotFound:
            raise NotFound.named("template", name, self._sandbox.list_templates()) from None

    def named_in(self, source: str, name: str) -> list[str]:
        """Return the templates that ``source`` extends, includes or imports.

        Raises BadTemplate for what cannot be read, and for a name that is no text in quotes.
        """
        from jinja2 import meta

        with _reading(self._sandbox, name):
            found = list(meta.find_referenced_templates(self._sandbox.parse(source, name)))
        if None in found:
            raise BadTemplate(
                "what it includes is named by a value",
                Place(name),
                hint='Write the name in quotes, such as {% include "footer.html.j2" %}.',
            )
        return [one for one in found if one is not None]

    def text(self, source: str, name: str) -> Template:
        """Return a template made of ``source``; ``name`` is what complaints call it.

        Its values are escaped when the name holds .html. Raises BadTemplate.
        """
        with _reading(self._sandbox, name):
            code = self._sandbox.compile(source, name, name)
            made = self._sandbox.template_class.from_code(
                self._sandbox, code, self._sandbox.make_globals(None)
            )
        return Template(name, made, self._sandbox)


@contextmanager
def _reading(sandbox: Sandbox, name: str) -> Iterator[None]:
    """Turn what goes wrong while a template is found and compiled into sentences."""
    import jinja2

    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        raise _unreadable(sandbox, error, name) from None
    except jinja2.TemplateNotFound:
        raise
    except Stopped as error:
        raise StoppedTemplate(error.reason, Place(name)) from None
    except (RecursionError, SyntaxError, MemoryError):
        raise BadTemplate("the template is nested too deeply", Place(name)) from None
    except UnicodeDecodeError:
        raise BadTemplate("the template is not written in UTF-8", Place(name)) from None
    except OSError as error:
        raise BadTemplate(f"the file cannot be read ({error.strerror})", Place(name)) from None
    except ValueError as error:
        raise BadTemplate(_words(error), Place(name)) from None


def _told(error: Exception, template: Template, context: dict[str, object]) -> BadTemplate | None:
    """Return what to tell about an error of a rendering; None when it is not the template's."""
    import jinja2

    from ecrm_cli.core.sandbox import UnknownName

    sandbox, place = template.sandbox, _place(error, template)
    if isinstance(error, Stopped):
        return StoppedTemplate(error.reason, place)
    if isinstance(error, RecursionError):
        return StoppedTemplate("calls itself without an end", place)
    if isinstance(error, UnknownName):
        known = [*context, *sandbox.globals] if error.owner is None else _fields(error.owner)
        return _unknown("name", error.name, known, place)
    if isinstance(error, jinja2.TemplateSyntaxError):
        return _unreadable(sandbox, error, template.name)
    if isinstance(error, jinja2.TemplateNotFound):
        return _unknown("template", str(error.name or ""), sandbox.list_templates(), place)
    if isinstance(error, (jinja2.TemplateError, *WRONG)):
        return BadTemplate(_words(error), place)
    return None


def _place(error: Exception, template: Template) -> Place:
    """Return the file and line of the innermost template that was at work."""
    place, trace = Place(_file(template.compiled, template.name)), error.__traceback__
    while trace is not None:
        inside = trace.tb_frame.f_globals.get("__jinja_template__")
        if inside is not None:
            line = inside.get_corresponding_lineno(trace.tb_lineno)
            place = Place(_file(inside, template.name), line)
        trace = trace.tb_next
    return place


def _file(compiled: jinja2.Template, name: str) -> str:
    # A template that is in no file has Jinja's own word for one.
    known = compiled.filename if compiled.filename != "<template>" else None
    return known or compiled.name or name


def _unknown(what: str, name: str, known: Iterable[str], place: Place) -> BadTemplate:
    place.key = name
    return BadTemplate(f"there is no {what} {name!r}", place, matches=_near(name, known))


def _unreadable(sandbox: Sandbox, error: jinja2.TemplateSyntaxError, name: str) -> BadTemplate:
    place = Place(error.filename or error.name or name, error.lineno)
    words = (error.message or "it cannot be read").rstrip(".")
    if missing := _NO_SUCH.search(words):
        known = sandbox.filters if missing[1] == "filter" else sandbox.tests
        return _unknown(missing[1], missing[2], known, place)
    return BadTemplate(words[:1].lower() + words[1:], place)


def _near(name: str, known: Iterable[str]) -> list[str]:
    return get_close_matches(name, sorted(set(known)), n=3, cutoff=0.6)


def _fields(owner: object) -> list[str]:
    if isinstance(owner, Mapping):
        return [str(key) for key in owner]
    return [name for name in dir(owner) if not name.startswith("_")]


def _words(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory for what the template makes"
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]!r}" if error.args else "a key is missing"
    if isinstance(error, OverflowError | DecimalException) or "integer string" in str(error):
        return "a number in the template is too large or cannot be worked out"
    words = str(error).strip().rstrip(".")
    return words or f"the template fails with {type(error).__name__}"
