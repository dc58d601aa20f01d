"""Reads a page as strictly as a machine can: what is not well formed is an error with its line."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_DRAWN = {"path", "circle", "rect", "line", "polyline", "polygon", "use"}  # of SVG; they may close themselves
_REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


class PageReader(HTMLParser):
    """What stands in a page: its elements, its text, and what is wrong with it."""

    def __init__(self, text: str, whole: bool = True) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is never closed" for tag in self._open]
        self._references(whole)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self._complain(f"<{tag}> has an attribute twice: {names}")
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _DRAWN:
            self._complain(f"<{tag}/> does not close itself in HTML")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self._complain(f"</{tag}> closes {self._open[-1:] or 'nothing'}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        """Give what a reader sees, and what fields hold."""
        held = [
            value for _, attrs in self.elements for name, value in attrs.items() if name in ("value", "title") and value
        ]
        return "\n".join([*self.texts, *held])

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of every element of a kind."""
        return [attrs for name, attrs in self.elements if name == tag]

    def _complain(self, what: str) -> None:
        self.wrong.append(f"line {self.getpos()[0]}: {what}")

    def _references(self, whole: bool) -> None:
        idents = [attrs["id"] for _, attrs in self.elements if attrs.get("id")]
        self.wrong += [f"id {each} stands twice" for each in sorted({e for e in idents if idents.count(e) > 1 and e})]
        for tag, attrs in self.elements:
            for name in _REFERS:
                for ident in (attrs.get(name) or "").split():
                    if whole and ident not in idents and ident != "dialog-title":  # which comes with what opens it
                        self.wrong.append(f"<{tag} {name}> names {ident}, which is not there")
