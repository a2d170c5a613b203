"""A notice on a page that was made before there was anything to say: a refresh was held back, a version restored.

Belongs here: how it is written into a finished page. Does not belong here: when it is (assets/versions.py).
"""

from collections.abc import Iterable
from datetime import datetime

from markupsafe import escape

PLACE = '<main id="main"'
TITLES = {"held": "Held back", "restored": "An earlier version"}


def put(page: str, notices: Iterable[tuple[str, str, str]]) -> str:
    """Return a page with notices above its content; the same page where it has no content of its own (a fragment).

    Args:
        page: HTML as dashboard.site writes it.
        notices: kind (a key of TITLES), text, and since when as an ISO time.
    """
    told = "".join(
        f'<aside class="notice" role="status" data-notice="{escape(kind)}"><p><strong>{escape(TITLES[kind])}</strong>, '
        f"since {datetime.fromisoformat(since):%-d %B %Y}. {escape(text)}</p></aside>\n"
        for kind, text, since in notices
    )
    return page.replace(PLACE, told + PLACE, 1)
