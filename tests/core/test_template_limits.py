"""Templates that would work for ever or print without end stop with a sentence."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ecrm_cli.core import meter
from ecrm_cli.core.template import BadTemplate, StoppedTemplate, Templates

LISTS = "{% set a = range(99999)|list %}{% set b = range(99999)|list %}"

ENDLESS = {
    "silent loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}"
    "{% endfor %}",
    "a loop over a loop": "{% for i in range(99999) %}{% for j in loop %}"
    "{% for k in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
    "a macro calling itself": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "a macro calling itself twice": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}"
    "{% endif %}{% endmacro %}{{ f(60) }}",
    "a silent macro": "{% macro f(n) %}{% if n %}{% set x = f(n - 1) %}{% set y = f(n - 1) %}"
    "{% endif %}{% endmacro %}{{ f(60) }}",
    "a recursive loop": "{% for x in range(9) recursive %}{{ loop(range(9)) }}{% endfor %}",
    "nested call blocks": "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}"
    + "{% call m() %}" * 20
    + "{% endcall %}" * 20,
    "sums": "{% for i in range(99999) %}{% set x = range(99999)|sum %}{% endfor %}",
    "sorts": "{% for i in range(99999) %}{% set x = range(99999)|sort %}{% endfor %}",
    "comparisons": LISTS + "{% for i in range(99999) %}{% if a == b %}{% endif %}{% endfor %}",
    "searches": LISTS + "{% for i in range(99999) %}{% if 'x' in a %}{% endif %}{% endfor %}",
    "tests": LISTS + "{% for i in range(99999) %}{% if 'x' is in a %}{% endif %}{% endfor %}",
    "a block printing itself": "{% block a %}{{ self.a() }}{% endblock %}",
    "filters in filters": "{{ range(99999)|map('center', 9999)|list }}",
}

TOO_MUCH = {
    "printing in loops": "{% for i in range(99999) %}{% for j in range(99999) %}word{% endfor %}"
    "{% endfor %}",
    "a repeated text": "{{ 'x' * 10 ** 9 }}",
    "a repeated text, turned": "{{ 10 ** 9 * 'x' }}",
    "a repeated list": "{{ [1] * 10 ** 9 }}",
    "a power": "{{ 9 ** (9 ** 9) }}",
    "squares": "{% set n = namespace(x=7) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}"
    "{% endfor %}",
    "center": "{{ 'x'|center(10 ** 9) }}",
    "center by name": "{{ 'x'|center(width=10 ** 9) }}",
    "ljust": "{{ 'x'.ljust(10 ** 9) }}",
    "a method taken out": "{% set wide = 'x'|attr('rjust') %}{{ wide(10 ** 9) }}",
    "zfill": "{{ 'x'.zfill(10 ** 9) }}",
    "tabs": "{{ '\t'.expandtabs(10 ** 9) }}",
    "percent": "{{ '%1000000000d'|format(1) }}",
    "percent star": "{{ '%*d' % (10 ** 9, 1) }}",
    "percent many": "{{ ('%(a)s' * 9999) % {'a': 'x' * 999999} }}",
    "format": "{{ '{:1000000000}'.format(1) }}",
    "format nested": "{{ '{:{}}'.format(1, 10 ** 9) }}",
    "format many": "{{ ('{0}' * 9999).format('x' * 999999) }}",
    "format map": "{{ '{a:1000000000}'.format_map({'a': 1}) }}",
    "join": "{{ range(99999)|join('x' * 999999) }}",
    "join method": "{{ ('x' * 999999).join('y' * 999999) }}",
    "replace": "{{ ('x' * 999999)|replace('x', 'y' * 999999) }}",
    "replace nothing": "{{ ('x' * 999999).replace('', 'y' * 999999) }}",
    "doubling": "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}"
    "{% endfor %}",
    "adding": "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}"
    "{% endfor %}",
    "many at once": "{% set s = 'x' * 4999999 %}{{ " + " ~ ".join(["s"] * 3000) + " }}",
    "lists in lists": "{% set n = namespace(x=[]) %}{% for i in range(99) %}"
    "{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
    "dictionaries": "{% set n = namespace(x=1) %}{% for i in range(99) %}"
    "{% set n.x = {1: n.x, 2: n.x} %}{% endfor %}{{ n.x }}",
    "dict()": "{% set n = namespace(x=1) %}{% for i in range(99) %}"
    "{% set n.x = dict(a=n.x, b=n.x) %}{% endfor %}{{ n.x }}",
    "batch": "{{ [1]|batch(10 ** 9, 'x')|list }}",
    "slice": "{{ [1]|slice(10 ** 9)|list }}",
    "indent": "{{ 'x\n'|indent(10 ** 9) }}",
    "indent with text": "{{ 'x\n'|indent('y' * 999999) }}",
    "round": "{{ 1.5|round(10 ** 9, 'ceil') }}",
    "tojson": "{{ [[1]]|tojson(indent=10 ** 9) }}",
    "sum of lists": "{{ range(99999)|batch(1)|sum(start=[]) }}",
    "wordwrap": "{{ ('x ' * 999999)|wordwrap(1) }}",
    "wordwrap mark": "{{ ('x ' * 9999)|wordwrap(1, wrapstring='y' * 99999) }}",
    "striptags": "{{ ('<!-- --' * 99999)|striptags }}",
    "a set block": "{% set b %}{% for i in range(99999) %}"
    + "y" * 9999
    + "{% endfor %}{% endset %}",
    "values in a set block": "{% set b %}{% for i in range(9999) %}{{ 'x' * 999999 }}{% endfor %}"
    "{% endset %}",
    "slices": "{% set s = 'x' * 4999999 %}{% for i in range(999) %}{% set t = s[1:] %}{% endfor %}",
    "escaping": "{% set s = '<' * 4999999 %}{{ s|e|e }}",
    "encoding": "{{ ('ж' * 4999999)|urlencode }}",
    "bytes, not characters": "{{ 'ж' * 2999999 }}",
}  # fmt: skip


def stopped(source: str) -> StoppedTemplate:
    with pytest.raises(StoppedTemplate) as caught:
        Templates([]).text("\n" + source, "bomb.html").render({})
    return caught.value


@pytest.mark.parametrize("name", ENDLESS)
def test_a_template_that_never_ends_is_stopped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "CPU_SECONDS", 0.05)
    error = stopped(ENDLESS[name])
    assert error.code == 3
    assert error.message.startswith("bomb.html:2: the template ")


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_template_that_makes_too_much_is_stopped_before_it_has(name: str) -> None:
    started = time.process_time()
    error = stopped(TOO_MUCH[name])
    assert error.place.file == "bomb.html"
    assert time.process_time() - started < 3


def test_namespaces_that_hold_each_other_print_as_what_they_are() -> None:
    made = "".join(f"{{% set n{i} = namespace() %}}" for i in range(60))
    linked = "".join(
        f"{{% set n{i}.a = n{i + 1} %}}{{% set n{i}.b = n{i + 1} %}}" for i in range(59)
    )
    assert Templates([]).text(made + linked + "{{ n0 }}", "a").render({}) == "<namespace>"


def test_templates_including_each_other_twice_are_stopped(tmp_path: Path) -> None:
    for number in range(60):
        below = f"{{% include 't{number + 1}' %}}" * 2
        (tmp_path / f"t{number}").write_text(below)
    (tmp_path / "t60").write_text("")
    with pytest.raises(StoppedTemplate, match=r"did more work|still at work"):
        Templates([tmp_path]).named("t0").render({})


def test_a_template_including_itself_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("{% include 't' %}")
    with pytest.raises(StoppedTemplate, match="calls itself"):
        Templates([tmp_path]).named("t").render({})


def test_an_imported_template_that_prints_too_much_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("{% for i in range(99999) %}" + "y" * 99 + "{% endfor %}")
    with pytest.raises(StoppedTemplate, match="prints more than 5 MB"):
        Templates([tmp_path]).text("{% import 'm' as m %}{{ m }}", "a").render({})


@pytest.mark.parametrize(
    "source", ["{{ a }}" * 99_999, "{{" + "(" * 9_999 + "1" + ")" * 9_999 + "}}", "x" * 1_000_001]
)
def test_a_template_too_large_to_compile_is_refused(source: str) -> None:
    with pytest.raises(BadTemplate):
        Templates([]).text(source, "a")


def test_five_megabytes_are_printed_and_one_more_byte_is_not() -> None:
    page = Templates([]).text("{% for part in parts %}{{ part }}{% endfor %}", "a.html")
    part = "x" * 1_000_000
    assert len(page.render({"parts": [part] * 5})) == 5_000_000
    with pytest.raises(StoppedTemplate, match="prints more than 5 MB"):
        page.render({"parts": [part] * 5 + ["x"]})


def test_a_large_honest_page_is_rendered() -> None:
    source = (
        "{% for r in rows %}<tr><td>{{ r.name|upper }}</td><td>{{ r.total }}</td></tr>{% endfor %}"
    )
    rows = [{"name": f"Name {number}", "total": number * 1.5} for number in range(50_000)]
    assert Templates([]).text(source, "a.html").render({"rows": rows}).count("<tr>") == 50_000


def test_time_without_work_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    passing = iter(range(10**9))
    monkeypatch.setattr(meter, "monotonic", lambda: began + 10 * next(passing))
    source = "{% for i in range(2000) %}{{ i }}{% endfor %}"
    assert Templates([]).text(source, "a").render({}).endswith("1999")


def test_a_busy_machine_does_not_keep_an_endless_template_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Four times as many seconds pass as this process is given.
    monkeypatch.setattr(meter, "monotonic", lambda: 4 * time.thread_time())
    began = time.thread_time()
    stopped(ENDLESS["comparisons"])
    assert 4 * (time.thread_time() - began) < 4.5


def test_the_limits_hold_in_a_thread_and_in_another_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meter, "CPU_SECONDS", 0.05)
    seen: list[str] = []
    worker = threading.Thread(target=lambda: seen.append(stopped(ENDLESS["comparisons"]).kind))
    worker.start()
    worker.join(30)
    assert seen == ["stopped-template"]
    script = (
        "from ecrm_cli.core.template import StoppedTemplate, Templates\n"
        "import sys\n"
        "try:\n"
        "    Templates([]).text(sys.argv[1], 'a').render({})\n"
        "except StoppedTemplate as error:\n"
        "    print(error.message)\n"
    )
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", script, ENDLESS["comparisons"]],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "a:1: the template was still at work after " in ended.stdout
    assert time.monotonic() - started < 30
