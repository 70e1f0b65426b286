"""What search engines read about a page: schema.org data as JSON-LD."""

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# The same as Django's json_script: no text can end the script element or open a comment.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def place_json_ld(place: Mapping[str, Any], origin: str) -> SafeString:
    """Return a script element that describes `place` as a schema.org TouristAttraction.

    Browsers do not run it, so it needs no nonce; empty values are left out.
    """
    data = {
        "@context": "https://schema.org",
        "@type": "TouristAttraction",
        "name": place["title"],
        "alternateName": place["original_title"],
        "description": place.get("description"),
        "url": f"{origin}{place['href']}",
        "geo": {"@type": "GeoCoordinates", "latitude": place["lat"], "longitude": place["lon"]},
        "address": place.get("address"),
        "telephone": place.get("phone"),
        "sameAs": place.get("website"),
    }
    text = json.dumps({key: value for key, value in data.items() if value}, ensure_ascii=False)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        SafeString(text.translate(_ESCAPES)),
    )
