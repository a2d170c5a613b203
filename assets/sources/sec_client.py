"""SEC EDGAR as it is asked: with a name and a contact, at most ten times a second.

Belongs here: who we say we are, and what a refusal of SEC means. Does not belong here: the shape of answers (sec.py,
sec_filings.py), pace and retries (http.py).
"""

from pathlib import Path
from typing import IO, Any

from assets.sources.http import Answer, Line, Pace, refused

WHO_ASKS = (
    "SEC answers only those who say who they are: set LAYERLEDGER_CONTACT to your name and e-mail address, "
    "for example 'Jane Doe jane@example.org'"
)


NOT_MODIFIED = 304


class Sec:
    """SEC EDGAR on one line."""

    def __init__(self, contact: str, pace: Pace, **line: Any) -> None:
        """Open the line; `contact` is a name and an e-mail address."""
        headers = {"User-Agent": f"Layer Ledger {contact}", "Accept-Encoding": "gzip, deflate"}
        self.line = Line("SEC", pace, headers=headers, **line)

    def get(self, url: str) -> Answer:
        """Ask for one document.

        Raises:
            Declined: there is no answer to parse.
        """
        answer: Answer = self.line.ask(lambda: self._get(url))
        return answer

    def download(self, url: str, to: Path, known: str | None, seconds: float) -> str | None:
        """Ask for one large document and write it into a file.

        Args:
            url: the document. to: the file, replaced. known: the version (ETag) that is known already.
            seconds: how long it may take.

        Returns:
            Its version; the known one if there is no newer, and then the file holds nothing.

        Raises:
            Declined: it did not come.
        """
        with to.open("w+b") as file:
            tag: str | None = self.line.ask(lambda: self._download(url, file, known, seconds))
        return tag

    def _download(self, url: str, file: IO[bytes], known: str | None, seconds: float) -> str | None:
        headers = {"If-None-Match": known} if known else {}
        response = self.line.request("GET", url, headers=headers, into=file, seconds=seconds)
        if response.status_code >= 400:
            raise refused(url, response)
        if response.status_code == NOT_MODIFIED:
            return known
        found: str | None = response.headers.get("ETag")
        return found

    def _get(self, url: str) -> Answer:
        response = self.line.get(url)
        if response.status_code >= 400:
            raise refused(url, response)
        return Answer(response.content, response.status_code)
