"""Rules for what the browser gets, and for the words of the repository."""

import re

import pytest
from test_architecture import ROOT, tracked

# What turns text into markup: values must reach the page as text nodes.
_MARKUP = re.compile(
    r"\.(inner|outer)HTML\s*[+=]|insertAdjacentHTML|document\.write|\beval\(|new Function\("
    r"|\.bind(Popup|Tooltip)\(\s*[`'\"]|\.setContent\(\s*[`'\"]|createContextualFragment"
)
_TEMPLATE = re.compile(
    r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b|\son\w+\s*=\s*[\"']|javascript:"
)
_ELSEWHERE = re.compile(
    r"(?:\ssrc|<link[^>]*?\shref)\s*=\s*[\"'](?:https?:)?//|@import\s+[\"'](?:https?:)?//|url\(\s*[\"']?https?:",
    re.I,
)


def lines_with(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    found = []
    for name in names:
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}")
    return found


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (
            _MARKUP,
            ["node.textContent = name", "layer.bindPopup(node)", "x.innerHTML.length"],
            [
                "node.innerHTML = name",
                "node.innerHTML += a",
                "layer.bindPopup(`<b>${a}</b>`)",
                "eval(x)",
            ],
        ),
        (
            _TEMPLATE,
            ["{{ name }}", "{{ data|json_script:'x' }}", "{% translate 'safe' %}"],
            [
                "{{ name|safe }}",
                "{% autoescape off %}",
                '<a onclick="x()">',
                '<a href="javascript:x">',
            ],
        ),
        (
            _ELSEWHERE,
            [' src="/static/a.js"', '<a href="https://example.org">'],
            ['<script src="https://cdn.example/a.js"', "<link rel=x href='//cdn.example/b'"],
        ),
    ],
    ids=["markup", "templates", "elsewhere"],
)
def test_patterns_know_good_from_bad(pattern: re.Pattern[str], good: list[str], bad: list[str]):
    assert [line for line in good if pattern.search(line)] == []
    assert [line for line in bad if not pattern.search(line)] == []


def test_scripts_make_text_nodes():
    assert lines_with(_MARKUP, tracked("map_ui/*.ts", "map_ui/*.mjs", "map_ui/*.js")) == []


def test_templates_escape_everything():
    assert lines_with(_TEMPLATE, tracked("*.html")) == []


def test_pages_load_nothing_from_elsewhere():
    assert lines_with(_ELSEWHERE, tracked("map_ui/templates/*.html", "*.css")) == []
