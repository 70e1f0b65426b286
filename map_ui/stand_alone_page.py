"""The page around a stand-alone map: folium's scaffolding without its links, and a policy.

folium writes values raw into scripts and, what is worse, reads what it has written as a template
once more. So no value of the city passes through folium: it renders a page of program text only,
whose scripts and styles are hashed into a content security policy; the values are added last, as
escaped JSON that nothing executes.
"""

import base64
import hashlib
import html
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, MacroElement
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from folium.template import Template

_ASSETS = Path(__file__).parent / "stand_alone_assets"
_SCRIPTS = ("words.js", "symbols.js", "panel.js", "page.js")
_VALUES, _TITLE = "<!-- values -->", "<!-- title -->"
_CHARSET = '<meta http-equiv="content-type" content="text/html; charset=UTF-8" />'
# folium forbids to enlarge the page by hand.
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
_SVG_PATH = re.compile(r'<path\b[^>]*?\sd="([^"]+)"')
_ICON_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z", re.IGNORECASE)
_FONT = "@fontsource/be-vietnam-pro/files/be-vietnam-pro-{part}-{weight}-normal.woff2"
# As in the font's own style sheets: Vietnamese letters come from a file of their own.
_RANGES = {
    "vietnamese": "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,"
    "U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,"
    "U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
}


class Verbatim(Element):
    """Text that is written as it is; branca's own element would read it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: Any) -> str:
        """Return the text."""
        return self.text


class CityLayers(MacroElement):
    """The call that draws the page's values on the folium map that it is added to."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca

    _template = Template(
        "{% macro script(this, kwargs) %}drawCity({{ this._parent.get_name() }});{% endmacro %}"
    )


def page(values: str, title: str, language: str) -> str:
    """Return the whole document: `values` is JSON text, `title` plain text.

    Raises ImproperlyConfigured where the front-end packages are not installed.
    """
    before_title, before_values, end = skeleton()
    return "".join(
        (
            before_title.replace("<html>", f'<html lang="{html.escape(language)}">', 1),
            html.escape(title),
            before_values,
            f'<script type="application/json" id="values">{in_script(values)}</script>',
            end,
        )
    )


def in_script(text: str) -> str:
    """Return JSON text in which no character can end a script element or start markup."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@lru_cache(maxsize=1)
def skeleton() -> tuple[str, str, str]:
    """Return the document around its two values: up to the title, up to the JSON text, the rest."""
    text = _folium_document()
    text = _VIEWPORT.sub(
        '<meta name="viewport" content="width=device-width, initial-scale=1" />', text
    )
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(text)}" />'
        f"<title>{_TITLE}</title>"
    )
    # After the encoding, which a browser wants among the first bytes, and before any script.
    text = text.replace(_CHARSET, _CHARSET + head, 1)
    before, rest = text.split(_TITLE)
    between, end = rest.split(_VALUES)
    return before, between, end


def _folium_document() -> str:
    """Return folium's page of a map without background, with Leaflet inlined and no link."""
    city_map = folium.Map(tiles=None, prefer_canvas=True, zoom_control=False)
    city_map.default_js, city_map.default_css = [], []
    city_map._id = "city"  # folium's own is random: the same layers shall give the same bytes
    figure: Any = city_map.get_root()
    leaflet = _package("leaflet/dist/leaflet.js").rpartition("//# sourceMappingURL=")[0]
    for kind, text in (
        ("style", _leaflet_css()),
        ("style", _fonts() + _asset("page.css")),
        ("script", leaflet),
        *(("script", _asset(name)) for name in _SCRIPTS),
    ):
        if f"</{kind}" in text:
            raise ImproperlyConfigured(f"an inlined {kind} ends its own element")
        figure.header.add_child(Verbatim(f"<{kind}>{text}</{kind}>\n"))
    figure.html.add_child(Verbatim(_asset("page.html") + _VALUES))
    city_map.add_child(CityLayers())
    return str(figure.render())


def _policy(text: str) -> str:
    """Return a policy that lets run exactly the scripts and styles that are in `text`."""

    def hashes(kind: str) -> str:
        found = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digests = (hashlib.sha256(part.encode()).digest() for part in found)
        return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')};"
        " img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _package_file(path: str) -> Path:
    return Path(settings.BASE_DIR) / "node_modules" / path


def _package(path: str) -> str:
    try:
        return _package_file(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ImproperlyConfigured(f"{path} is not installed: run script/bootstrap") from error


def _data_uri(path: str, kind: str) -> str:
    try:
        return f"data:{kind};base64,{base64.b64encode(_package_file(path).read_bytes()).decode()}"
    except OSError as error:
        raise ImproperlyConfigured(f"{path} is not installed: run script/bootstrap") from error


def _leaflet_css() -> str:
    return re.sub(
        r"url\(images/([a-z0-9-]+\.png)\)",
        lambda found: f"url({_data_uri(f'leaflet/dist/images/{found[1]}', 'image/png')})",
        _package("leaflet/dist/leaflet.css"),
    )


def _fonts() -> str:
    faces = []
    for weight in (400, 600):
        for part, unicode_range in _RANGES.items():
            source = _data_uri(_FONT.format(part=part, weight=weight), "font/woff2")
            faces.append(
                f"@font-face{{font-family:'Be Vietnam Pro';font-weight:{weight};"
                f"src:url({source}) format('woff2');unicode-range:{unicode_range}}}\n"
            )
    return "".join(faces)


def icon_paths(name: str) -> list[str]:
    """Return the SVG path data of a place icon on a ground of 15 × 15; [] where there is none."""
    if not _ICON_NAME.match(name):
        return []
    for package in ("@mapbox/maki", "@rapideditor/temaki"):
        path = _package_file(f"{package}/icons/{name}.svg")
        if path.is_file():
            return [html.unescape(d) for d in _SVG_PATH.findall(path.read_text(encoding="utf-8"))]
    return []
