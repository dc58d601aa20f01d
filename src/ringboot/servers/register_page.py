"""The registration page as HTML: for a telephone as for a desk, light or dark, and no script in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from ringboot.model.registration import Registered, Visitor, Wording

STYLE = """\
:root { color-scheme: light dark; --ink: #1b2330; --paper: #fff; --line: #8791a1; --deed: #14539a; --bad: #9c1c1c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --paper: #14181f; --line: #6c7786; --deed: #8fc1ff; --bad: #ff9c9c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input, textarea { width: 100%; padding: .6rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .4rem; }
button { margin-top: 1.25rem; padding: .7rem 1.4rem; font: inherit; font-weight: 600; color: var(--paper);
  background: var(--deed); border: 0; border-radius: .4rem; min-height: 2.75rem; cursor: pointer; }
:focus-visible { outline: 3px solid var(--deed); outline-offset: 2px; }
code { font-size: 1.05em; }
summary { margin-top: 2.5rem; cursor: pointer; padding: .5rem 0; }
.told { border-left: .3rem solid var(--deed); padding: .5rem .9rem; }
.wrong { border-color: var(--bad); color: var(--bad); }
small { display: block; }
"""


def page(
    wording: Wording,
    visitor: Visitor | None,
    token: str,
    *,
    address: str,
    told: str = "",
    wrong: str = "",
    filled: Mapping[str, str] | None = None,
) -> str:
    """Write it: `told` is HTML of ours, all else is text of others."""
    filled = filled or {}
    parts = [f"<h1>{escape(wording.title)}</h1>", told]
    if wrong:
        parts.append(f'<p class="told wrong" role="alert">{escape(wrong)}</p>')
    if visitor is None:
        parts.append(
            f"<p>You come from <code>{escape(address)}</code>, which is no address that this server lent. Connect the "
            "machine that is to be known to the network, and open this page on it.</p>"
        )
    else:
        parts.append(_who(visitor))
        if not visitor.known and wording.guests:
            parts += _paragraphs(wording.message)
            parts.append(_guest(wording, token, filled))
        elif not visitor.known:
            parts.append("<p>Ask somebody who looks after this network, and tell them the MAC above.</p>")
    parts.append(_operator(token, filled, is_open=filled.get("form") == "operator"))
    return _frame(wording.title, parts)


def done(made: Sequence[Registered], *, is_own: bool) -> str:
    """Tell what was done."""
    rows = [f"<code>{escape(each.mac)}</code> {_place(each)}" for each in made]
    text = "; ".join(rows)
    if is_own:
        text += ". It moves by itself when it renews its address; to hurry, connect it again"
    return f'<p class="told" role="status">{text}.</p>'


def simple(title: str, text: str) -> str:
    """Write a page that only says something."""
    return _frame(title, [f"<h1>{escape(title)}</h1>", f'<p role="alert">{escape(text)}</p>'])


def _place(made: Registered) -> str:
    if not made.fresh:
        return "is known already" + (f" and has {escape(made.address)}" if made.address else "")
    return f"is known now and gets {escape(made.address)}" if made.address else "is known now"


def _who(visitor: Visitor) -> str:
    text = f"This machine is <code>{escape(visitor.mac)}</code> and has <code>{escape(visitor.address)}</code>"
    if visitor.known:
        text += "; it is known"
        if visitor.home and visitor.home != visitor.address:
            text += f", and moves to <code>{escape(visitor.home)}</code> when it renews its address"
    return f"<p>{text}.</p>"


def _paragraphs(text: str) -> list[str]:
    return [f"<p>{escape(each.strip())}</p>" for each in re.split(r"\n\s*\n", text) if each.strip()]


def _guest(wording: Wording, token: str, filled: Mapping[str, str]) -> str:
    rows = [_field("name", "Your name", filled, "autocomplete=name required maxlength=63")]
    if wording.code:
        rows.append(_field("code", "The code", {}, "autocomplete=off autocapitalize=none required maxlength=1000"))
    return _form("guest", "Make it known", token, rows)


def _operator(token: str, filled: Mapping[str, str], *, is_open: bool) -> str:
    macs = escape(filled.get("macs", ""))
    rows = [
        '<label for="macs">MACs, one a line</label>',
        f'<textarea id="macs" name="macs" rows="4" required spellcheck="false">{macs}</textarea>',
        _field("note", "A name for it", filled, "maxlength=63"),
        _field("address", "Its address, if it is to be a certain one", filled, 'inputmode="decimal"'),
        _field("user", "User", filled, "autocomplete=username autocapitalize=none"),
        _field("secret", "Password, or a token without a user", {}, "type=password required"),
    ]
    opened = " open" if is_open else ""
    form = _form("operator", "Make them known", token, rows)
    return f"<details{opened}><summary>For operators</summary>{form}</details>"


def _field(name: str, label: str, filled: Mapping[str, str], more: str) -> str:
    value = escape(filled.get(name, ""))
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" value="{value}" {more}>'


def _form(which: str, deed: str, token: str, rows: Iterable[str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in (("form", which), ("token", token))
    )
    return f'<form method="post" action="/">{hidden}{"".join(rows)}<button>{deed}</button></form>'


def _frame(title: str, parts: Iterable[str]) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body><main>'
        f"{''.join(parts)}</main></body></html>\n"
    )
