"""Templates: where they are found, what they print, and how wrong ones are said."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.template import BadTemplate, Templates

ANA: dict[str, object] = {"contact": {"given_name": "Ana", "city": None, "items": 3}}


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """A workspace's templates folder and a shipped one."""
    both = [tmp_path / "workspace", tmp_path / "shipped"]
    for folder in both:
        folder.mkdir()
    return both


def told(source: str, context: dict[str, object] | None = None, name: str = "a.txt") -> BadTemplate:
    with pytest.raises(BadTemplate) as caught:
        Templates([]).text(source, name).render(context or {})
    return caught.value


def test_the_workspace_template_hides_the_shipped_one(folders: list[Path]) -> None:
    (folders[0] / "a.txt.j2").write_text("ours")
    (folders[1] / "a.txt.j2").write_text("shipped")
    (folders[1] / "b.txt.j2").write_text("only shipped")
    templates = Templates(folders)
    assert templates.named("a.txt.j2").render({}) == "ours"
    assert templates.named("b.txt.j2").render({}) == "only shipped"


def test_a_template_outside_the_folders_is_not_found(folders: list[Path]) -> None:
    (folders[0].parent / "secret").write_text("secret")
    with pytest.raises(NotFound):
        Templates(folders).named("../secret")


def test_a_mistyped_template_name_offers_the_near_one(folders: list[Path]) -> None:
    (folders[0] / "spring.html.j2").write_text("")
    with pytest.raises(NotFound) as caught:
        Templates(folders).named("sprang.html.j2")
    assert caught.value.matches == ["spring.html.j2"]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("spring.ru.html.j2", "&lt;Ana &amp; Co&gt;"),
        ("page.html", "&lt;Ana &amp; Co&gt;"),
        ("spring.txt.j2", "<Ana & Co>"),
        ("subject", "<Ana & Co>"),
    ],
)
def test_only_html_templates_escape_values(name: str, printed: str) -> None:
    assert Templates([]).text("{{ name }}", name).render({"name": "<Ana & Co>"}) == printed


def test_an_absent_value_prints_as_nothing() -> None:
    source = "[{{ contact.city }}] {{ contact.city or 'here' }}"
    assert Templates([]).text(source, "a").render(ANA) == "[] here"


def test_a_field_named_like_a_method_of_dictionaries_is_the_field() -> None:
    assert Templates([]).text("{{ contact.items }}", "a").render(ANA) == "3"


def test_the_usual_constructions_work() -> None:
    source = (
        "{% macro row(x) %}<{{ x }}>{% endmacro %}"
        "{% for n in [3, 1, 2]|sort if n > 1 %}{{ loop.index }}/{{ loop.length }}{{ row(n) }}"
        "{% else %}none{% endfor %}"
        "{{ 'a' ~ 1 ~ none ~ 'b' }} {{ '%05.1f'|format(2.25) }} {{ '{:,.2f}'.format(amount) }}"
        " {{ 'abc'[1:] }} {{ {'k': 1}['k'] }} {{ 7 // 2 * 2 ** 3 }} {{ '-' * 3 }}"
        " {{ day.strftime('%d.%m.%Y') }} {{ 'ana'.title().ljust(5) }}|"
        "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}"
        "{{ ns.n }} {{ [1, 2]|map('string')|join(', ') }} {{ 'x' in ['x', 'y'] }}"
        "{% for a, b in {'p': 1}.items() %} {{ a }}={{ b }}{% endfor %}"
    )
    rendered = (
        Templates([])
        .text(source, "a")
        .render({"amount": Decimal("1234.5"), "day": date(2026, 3, 1)})
    )
    assert rendered == (
        "1/2<2>2/2<3>a1Noneb 002.2 1,234.50 bc 1 24 --- 01.03.2026 Ana  |6 1, 2 True p=1"
    )


def test_a_recursive_loop_walks_a_tree() -> None:
    source = "{% for n in tree recursive %}{{ n.name }}({{ loop(n.below) if n.below }}){% endfor %}"
    tree = [{"name": "a", "below": [{"name": "b", "below": []}]}, {"name": "c", "below": []}]
    assert Templates([]).text(source, "a").render({"tree": tree}) == "a(b())c()"


def test_templates_extend_include_and_import_each_other(folders: list[Path]) -> None:
    (folders[1] / "base.html.j2").write_text("<b>{% block body %}{% endblock %}</b>")
    (folders[1] / "macros.j2").write_text("{% macro hi(n) %}Hi {{ n }}{% endmacro %}")
    (folders[0] / "foot.html.j2").write_text("|{{ contact.given_name }}")
    (folders[0] / "a.html.j2").write_text(
        "{% extends 'base.html.j2' %}{% import 'macros.j2' as m %}"
        "{% block body %}{{ m.hi('you') }}{% include 'foot.html.j2' %}{% endblock %}"
    )
    assert Templates(folders).named("a.html.j2").render(ANA) == "<b>Hi you|Ana</b>"


def test_an_unknown_name_is_an_error_with_line_and_near_name() -> None:
    error = told("one\n{{ contct.given_name }}", ANA)
    assert error.code == 3
    assert (error.place.file, error.place.line, error.place.key) == ("a.txt", 2, "contct")
    assert error.message == "a.txt:2: there is no name 'contct'."
    assert error.hint == "Did you mean contact?"


def test_an_unknown_field_offers_the_fields_of_its_owner() -> None:
    error = told("{% if contact.given_nam %}x{% endif %}", ANA)
    assert error.place.key == "given_nam"
    assert error.matches == ["given_name"]


def test_an_unknown_name_with_a_default_is_no_error() -> None:
    source = "{{ coupon|default('none') }}{{ 1 if x is defined else 2 }}"
    assert Templates([]).text(source, "a").render({}) == "none2"


def test_an_error_in_an_included_template_names_that_file(folders: list[Path]) -> None:
    (folders[0] / "foot.txt.j2").write_text("\n\n{{ nobody }}")
    (folders[0] / "a.txt.j2").write_text("{% include 'foot.txt.j2' %}")
    with pytest.raises(BadTemplate) as caught:
        Templates(folders).named("a.txt.j2").render({})
    assert caught.value.place.file == str(folders[0] / "foot.txt.j2")
    assert caught.value.place.line == 3


def test_a_missing_include_names_the_line_and_the_near_template(folders: list[Path]) -> None:
    (folders[0] / "foot.txt.j2").write_text("")
    (folders[0] / "a.txt.j2").write_text("\n{% include 'fot.txt.j2' %}")
    with pytest.raises(BadTemplate) as caught:
        Templates(folders).named("a.txt.j2").render({})
    assert caught.value.place.line == 2
    assert caught.value.matches[0] == "foot.txt.j2"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a\n{% if x %}", 2, "unexpected end of template"),
        ("{{ 1 + }}", 1, "unexpected 'end of print statement'"),
        ("\n\n{{ x|uper }}", 3, "there is no filter 'uper'"),
        ("{{ x is defind }}", 1, "there is no test 'defind'"),
        ("{% endfor %}", 1, "unknown tag 'endfor'"),
    ],
)
def test_wrong_syntax_is_an_error_with_its_line(source: str, line: int, words: str) -> None:
    error = told(source, {"x": 1})
    assert error.place.line == line
    assert words in error.message


def test_a_mistyped_filter_offers_the_near_one() -> None:
    assert told("{{ 'x'|uper }}").matches[0] == "upper"
    assert told("{% if false %}{{ x|uper }}{% endif %}{{ 1|uper }}").matches[0] == "upper"


@pytest.mark.parametrize(
    "source",
    [
        "{{ 1 / 0 }}",
        "{{ 1 + 'a' }}",
        "{{ none.x }}",
        "{{ {}['x'] }}",
        "{{ 'x'() }}",
        "{% for i in 3 %}{% endfor %}",
        "{{ [1][5] }}",
        "{{ 2.0 ** 99999 }}",
        "{{ '%d'|format('x') }}",
        "{{ 'x'|int(base=99) }}{{ 1|replace }}",
        "{{ range(10 ** 6) }}",
        "{{ ''.__class__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ (1).to_bytes(4, 'big') }}",
        "{{ 'x'.encode() }}",
        "{{ [].append(1) }}",
        "{% include x %}",
    ],
)
def test_a_wrong_expression_is_an_error_with_its_line(source: str) -> None:
    error = told("\n" + source, {"x": "y"})
    assert error.code == 3
    assert error.place.line == 2


def test_a_bug_in_a_function_given_to_a_template_stays_a_bug() -> None:
    class Bug(Exception):
        pass

    def coupon(_name: str) -> str:
        raise Bug

    with pytest.raises(Bug):
        Templates([]).text("{{ coupon('x') }}", "a").render({"coupon": coupon})


def test_a_template_in_another_encoding_says_so(folders: list[Path]) -> None:
    (folders[0] / "a.txt.j2").write_bytes("Žika".encode("cp1250"))
    with pytest.raises(BadTemplate, match="not written in UTF-8"):
        Templates(folders).named("a.txt.j2")


def test_nothing_random_stands_in_a_template() -> None:
    assert "no filter 'random'" in told("{{ [1, 2]|random }}").message
