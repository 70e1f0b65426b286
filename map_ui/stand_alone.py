"""A map to hand out: one HTML file of public layers that opens without a network."""

import json
from collections.abc import Sequence

from map_ui.stand_alone_content import Content, collect
from map_ui.stand_alone_page import icon_paths, page


def stand_alone_map(slugs: Sequence[str], language: str, title: str = "") -> str:
    """Return the HTML document of the named layers, in drawing order, over the city's ground.

    It shows what an anonymous visitor may see, whoever asks: there is no actor to pass. Raises
    NotFound where a layer is not there for the public, Invalid where the page would be too large.
    """
    return document(collect(slugs, language, title), language)


def document(content: Content, language: str) -> str:
    """Return the HTML document that shows `content`."""
    icons = {name: icon_paths(name) for name in content.icons}
    known = json.dumps({name: paths for name, paths in icons.items() if paths})
    return page(f'{content.text[:-1]},"icons":{known}}}', content.title, language)
