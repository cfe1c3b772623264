"""The one Jinja environment: sandboxed, every step of a rendering charged to its meter.

Jinja's own sandbox keeps a template from the machine; it does not keep it from working for
ever. So the template is rewritten as it is compiled: what it loops over, slices, compares and
builds goes through ``meter``, what it computes and calls through the methods below.
This module imports Jinja when it is imported; only ``template`` imports it, when it renders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer

from ecrm_cli.core.bounds import FILTER_CHECKS, TEXT_METHODS, Check, braces, operation
from ecrm_cli.core.meter import CURRENT, STEP, Stopped, each, joined, weighed, weight

# Plain text costs nothing, tags do: 30,000 tokens (some 6,000 tags) compile in about 2 s.
SOURCE_CHARACTERS = 1_000_000
SOURCE_TOKENS = 30_000
# How many values ``~`` puts together before what was made is weighed.
TOGETHER = 8
# What a frozen mail must not depend on (chance), and what only serves the writing of templates.
LEFT_OUT = ("random", "pprint")
# No template can write these names: they hold a space.
EACH, MADE = "each item", "value made"


class UnknownName(jinja2.UndefinedError):
    """A template used a name, or a field of ``owner``, that does not exist."""

    def __init__(self, name: object, owner: object) -> None:
        super().__init__(str(name))
        self.name = str(name)
        self.owner = None if owner is missing else owner


class Unknown(jinja2.StrictUndefined):
    """What a missing name stands for: any use of it raises UnknownName."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        if exc is jinja2.UndefinedError:
            raising = cast("type[jinja2.TemplateRuntimeError]", lambda _: UnknownName(name, obj))
            self._undefined_exception = raising


class Kept(Namespace):
    """``namespace()`` in templates; printing one names it, since two may hold each other."""

    def __repr__(self) -> str:
        return "<namespace>"


class BoundedTemplate(jinja2.Template):
    """A compiled template; what it prints when it is imported is bounded too."""

    def make_module(
        self, vars: dict[str, Any] | None = None, shared: bool = False, locals: Any = None
    ) -> TemplateModule:
        """Run the template as a module of macros."""
        context = self.new_context(vars, shared, locals)
        return TemplateModule(self, context, [joined(self.root_render_func(context))])


class _Rewriting(NodeTransformer):
    """Puts the meter around what a template loops over, slices, compares and builds."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - the visitor's spelling
        self.generic_visit(node)
        node.iter = _through(EACH, cast("nodes.Expr", node.iter))
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return _through(MADE, node) if isinstance(node.arg, nodes.Slice) else node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return node if all(_fixed(part.expr) for part in node.ops) else _through(MADE, node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        while len(node.nodes) > TOGETHER:
            node.nodes = [_joining(node, at) for at in range(0, len(node.nodes), TOGETHER)]
        return _through(MADE, node)

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return node if _fixed(node) else _through(MADE, node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return node if node.ctx != "load" or _fixed(node) else _through(MADE, node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(MADE, node)


def _joining(node: nodes.Concat, start: int) -> nodes.Expr:
    part = nodes.Concat(node.nodes[start : start + TOGETHER], lineno=node.lineno)
    part.environment = node.environment
    return _through(MADE, part)


def _through(name: str, node: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(
        node, name, [], [], None, None, lineno=node.lineno, environment=node.environment
    )


def _fixed(node: nodes.Expr) -> bool:
    """Tell whether the value is written out in the template, so no larger than it."""
    if isinstance(node, nodes.List | nodes.Tuple):
        return all(isinstance(item, nodes.Const) for item in node.items)
    return isinstance(node, nodes.Const)


def _guarded(function: Callable[..., Any], check: Check | None) -> Callable[..., Any]:
    """Wrap a filter or test: checked before, charged after.

    Outside a rendering there is no meter and the wrapper fails: so nothing is worked out while
    a template is compiled.
    """
    first = 0 if getattr(function, "jinja_pass_arg", None) is None else 1

    @wraps(function)
    def bounded(*args: Any, **named: Any) -> Any:
        CURRENT.get()
        if check is not None:
            check(*args[first:], **named)
        return weighed(function(*args, **named))

    return bounded


def printed(value: object) -> object:
    """Charge what is about to be printed; an absent value (None) prints as nothing."""
    meter = CURRENT.get(None)
    if value is None:
        return ""
    if meter is not None:
        # Written out here, not as meter.charge(): this runs for every value of every mail.
        meter.left -= STEP + (len(value) if isinstance(value, str) else weight(value))
        if meter.left < 0:
            meter.look()
    return value


def escapes(name: str | None) -> bool:
    """Tell whether a template of that name makes HTML: ``page.html``, ``spring.ru.html.j2``."""
    return name is not None and name.endswith((".html", ".html.j2"))


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja, as every template of a workspace sees it."""

    template_class = BoundedTemplate
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "**", "%"))
    concat = staticmethod(joined)

    def __init__(self, source: Sequence[Path] | Mapping[str, str]) -> None:
        super().__init__(
            loader=jinja2.DictLoader(source)
            if isinstance(source, Mapping)
            else jinja2.FileSystemLoader(source),
            undefined=Unknown,
            autoescape=escapes,
            # Folding constants would work them out while compiling, before any meter runs.
            optimized=False,
            finalize=printed,
        )
        self.filters = {
            name: _guarded(function, FILTER_CHECKS.get(name))
            for name, function in self.filters.items()
            if name not in LEFT_OUT
        }
        self.filters |= {EACH: each, MADE: weighed}
        self.tests = {
            name: _guarded(cast("Callable[..., Any]", test), None)
            for name, test in self.tests.items()
        }
        self.globals["namespace"] = Kept
        del self.globals["lipsum"]

    def compile(  # type: ignore[override]  # one of the parent's three overloads is used
        self,
        source: str | nodes.Template,
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,
        defer_init: bool = False,
    ) -> CodeType:
        """Compile a template whose steps are charged."""
        if isinstance(source, str):
            tokens = islice(self.lex(source, name, filename), SOURCE_TOKENS + 1)
            if len(source) > SOURCE_CHARACTERS or sum(1 for _ in tokens) > SOURCE_TOKENS:
                raise Stopped("is longer than any mail or page needs")
            source = _Rewriting().visit(self.parse(source, name, filename))
        return super().compile(source, name, filename)

    def source_of(self, name: str) -> str:
        """Return a template's text; raises TemplateNotFound."""
        assert self.loader is not None  # noqa: S101 - given in __init__
        return self.loader.get_source(self, name)[0]

    def get_template(self, *args: Any, **named: Any) -> jinja2.Template:
        """Load a template; inside a rendering (include, extends, import) it is a step."""
        if (meter := CURRENT.get(None)) is not None:
            meter.charge(0)
        return super().get_template(*args, **named)

    def select_template(self, *args: Any, **named: Any) -> jinja2.Template:
        """Load the first template there is of several, as ``get_template`` does."""
        if (meter := CURRENT.get(None)) is not None:
            meter.charge(0)
        return super().select_template(*args, **named)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Keep to what a template needs of texts and numbers."""
        if isinstance(obj, str):
            return attr in TEXT_METHODS
        if isinstance(obj, int | bytes | bytearray | memoryview):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field: of a dictionary its key first, so ``order.items`` is the field."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Work out ``left operator right``, checked before and charged after."""
        operation(operator, left, right)
        return weighed(super().call_binop(context, operator, left, right))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Bound ``text.format(…)``; Jinja's own wrapper keeps its fields in the sandbox."""
        inner = super().wrap_str_format(value)
        if inner is None:
            return None
        text = str(value.__self__)

        def bounded(*args: Any, **named: Any) -> str:
            braces(text, args, named)
            return inner(*args, **named)

        return bounded

    def call(__self, __context: Context, __obj: Any, *args: Any, **named: Any) -> Any:  # noqa: N805
        """Call what a template calls; a macro, a method of a text, a function given to it."""
        CURRENT.get().charge(0)
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            check = TEXT_METHODS.get(__obj.__name__)
            if check is not None:
                check(owner, *args, **named)
        elif isinstance(__obj, LoopContext) and args:
            args = (each(args[0]), *args[1:])
        return weighed(super().call(__context, __obj, *args, **named))
