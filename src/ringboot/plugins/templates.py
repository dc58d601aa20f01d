"""The templates of a plugin folder: found, compiled and run in a sandbox, their values escaped by file format.

The administrator's own templates (var/templates) come before the shipped ones (templates), for every name, also in
`include` and `extends`; a template that refers to its own name means the shipped one.  White space is Jinja2's
default, which is provd's: no trimming, and a template's last line end is dropped.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from types import BuiltinMethodType
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path
from jinja2.runtime import Context, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup

from ringboot.plugins import escape
from ringboot.plugins.context import Facts
from ringboot.plugins.job import TemplateFault
from ringboot.plugins.raw import NAMES
from ringboot.plugins.schema import Format

FOLDERS = ("var/templates", "templates")
LARGEST_RESULT = 4 * 1024 * 1024  # characters
_SHORT = 64  # characters of a value that is remembered as it was written: it comes again and again
_AT_ONCE = 64  # pieces of a result that are taken before its length is looked at
_LARGEST_SOURCE = 1024 * 1024  # octets
_SHIPPED = "shipped:"  # before a name: leave out the administrator's templates
# What may be called on text that a template made, because it adds nothing to it.
_HARMLESS = frozenset(
    (
        *("capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdecimal", "isdigit"),
        *("islower", "isspace", "isupper", "lower", "lstrip", "removeprefix", "removesuffix", "rfind", "rsplit"),
        *("rstrip", "split", "splitlines", "startswith", "strip", "striptags", "swapcase", "title", "unescape"),
        *("upper", "zfill"),
    )
)


_METHODS_OF_DICT = frozenset(dir(dict))
_READING = frozenset(("get", "items", "keys", "values"))  # of a dict: they change nothing and take no names


class TooLong(Exception):
    """The result of a template went over the limit."""


class _Missing(StrictUndefined):
    """A name that is not there; says so in the words of our context."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, holder = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if holder is missing and name in NAMES:
            return f"{name} is withheld here, because others than the device may read this file"
        if holder is missing:
            return f"there is nothing named {name}"
        if isinstance(holder, Facts):
            return f"{holder} has no {name!r}; it has {' '.join(holder)}"
        return f"no {name!r} in it"


class _Code(CodeGenerator):
    """Joins with `~` by the file's format, where Jinja2 knows only HTML."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja2 calls it by this name
        self.write("environment.concat_parts((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def _make_finalize(self) -> CodeGenerator._FinalizeInfo:
        # Not the environment's `finalize`: that would write constants, too, when a template is compiled.
        return self._FinalizeInfo(None, "environment.encode(")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        # What `encode` gives is written by the file's format already; Jinja2 would look at it once more, for HTML.
        if finalize.src is None or frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write(f"({finalize.src}")


class _Loader(BaseLoader):
    """Reads templates from both folders, and notices every edit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Find and read a template."""
        del environment  # one loader serves one
        name: str = template
        folders: tuple[str, ...] = FOLDERS
        if template.startswith(_SHIPPED):
            name, folders = template.removeprefix(_SHIPPED), FOLDERS[1:]
        inside = "/".join(split_template_path(name))
        paths = [f"{self.folder}/{folder}/{inside}" for folder in folders]
        seen = [_stamp(path) for path in paths]
        for path, stamp in zip(paths, seen, strict=True):
            if stamp is not None:
                if stamp[1] > _LARGEST_SOURCE:
                    raise TemplateSyntaxError(f"larger than {_LARGEST_SOURCE} octets", 1, name, path)
                try:
                    source = Path(path).read_text(encoding="utf-8")
                except UnicodeDecodeError as error:
                    raise TemplateSyntaxError(f"not UTF-8 at octet {error.start}", 1, name, path) from None
                return source, path, lambda: [_stamp(each) for each in paths] == seen
        raise TemplateNotFound(template, f"there is no template {name}, neither in {' nor in '.join(folders)}")


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        about = os.stat(path)
    except (OSError, ValueError):  # also names that no file can have: too long, or with a NUL
        return None
    return (about.st_mtime_ns, about.st_size, about.st_ino) if stat.S_ISREG(about.st_mode) else None


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """The templates of one plugin folder, for files of one format."""

    intercepted_binops = frozenset(("+", "%"))
    code_generator_class = _Code

    def __init__(self, folder: Path, format_: Format) -> None:
        self.folder = folder
        self.format: Format = format_
        self._plain = lru_cache(maxsize=4096, typed=True)(partial(escape.mark, format_))
        super().__init__(loader=_Loader(folder), undefined=_Missing, autoescape=True)
        del self.globals["lipsum"], self.filters["random"]  # one input makes one file
        self.filters |= {
            "e": self.encode,
            "escape": self.encode,
            "forceescape": lambda value: self.encode(str(value)),
            "join": self._joined,
            "replace": self._replaced,
            "format": lambda text, *args, **named: self._formatted(text, named or args),
            "safe": lambda value: Markup(str.__str__(value) if isinstance(value, str) else value),
            "checksum": lambda text: zlib.crc32(str.encode(text)),  # changes when the file does, and only then
            "refusing": _refused,
            "d": _default,
            "default": _default,
        }

    def encode(self, value: Any) -> Markup:
        """Write a value by the file's format."""
        kind = type(value)
        if kind is Markup:
            return value  # type: ignore[no-any-return]
        if kind is int or ((kind is str or kind is escape.Text) and len(value) <= _SHORT):
            return self._plain(value)
        if isinstance(value, Undefined):
            str(value)  # raises
        return escape.mark(self.format, value)

    def concat_parts(self, parts: tuple[Any, ...]) -> str:
        """Join what stands around `~`."""
        for part in parts:
            if isinstance(part, Markup):
                return Markup("").join([self.encode(part) for part in parts])
        return "".join(["" if part is None else str(part) for part in parts])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Add and format text by the file's format."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return self.concat_parts((left, right))
        if operator == "%" and isinstance(left, Markup):
            return self._formatted(left, right)
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read an attribute: facts and items of a dict, nearly all of them, at once, since they are values only."""
        if attribute[:1] != "_":
            kind = type(obj)
            if kind is Facts and attribute in obj:
                return obj[attribute]
            if kind is dict:
                if attribute in _READING:
                    return getattr(obj, attribute)
                if attribute in obj and attribute not in _METHODS_OF_DICT:
                    return obj[attribute]
        return super().getattr(obj, attribute)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  as Jinja2's
        """Call a macro at once: it is made of the template's own code; also what only reads a dict.

        Anything else after the sandbox's look at it.
        """
        is_macro = type(__obj) is Macro
        if is_macro or (
            type(__obj) is BuiltinMethodType and type(__obj.__self__) is dict and __obj.__name__ in _READING
        ):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(__context.eval_ctx, *args, **kwargs) if is_macro else __obj(*args, **kwargs)
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Keep away whatever would put unescaped text into escaped text."""
        if isinstance(obj, Markup) and attr not in _HARMLESS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Refuse `format` on escaped text; the filter does it right."""
        if isinstance(getattr(value, "__self__", None), Markup) and value.__name__ in ("format", "format_map"):
            raise SecurityError("use the filter `format` on text that a macro or block made")
        return super().wrap_str_format(value)

    def join_path(self, template: str, parent: str) -> str:
        """Let a template that refers to its own name mean the shipped one."""
        return _SHIPPED + template if template == parent else template

    def _joined(self, values: Any, between: str = "", attribute: str | int | None = None) -> str:
        if attribute is not None:
            values = [self.getitem(value, attribute) for value in values]
        parts: list[Any] = []
        for value in values:
            parts += [between, value]
        return self.concat_parts(tuple(parts[1:]))

    def _replaced(self, text: Any, old: str, new: str, count: int = -1) -> str:
        if isinstance(text, Markup):
            return Markup(str.replace(text, str(old), self.encode(new), count))
        return str(text).replace(str(old), str(new), count)

    def _formatted(self, text: Any, values: Any) -> str:
        if not isinstance(text, Markup):
            return str.__mod__(str(text), values)
        return Markup(str.__mod__(text, _each(values, lambda one: self.encode(one) if isinstance(one, str) else one)))

    def winner(self, names: list[str]) -> str | None:
        """Give the first of these templates that exists, relative to the plugin folder."""
        for name in names:
            for folder in FOLDERS:
                try:
                    inside = "/".join(split_template_path(name))
                except TemplateNotFound:
                    continue
                if _stamp(f"{self.folder}/{folder}/{inside}") is not None:
                    return f"{folder}/{name}"
        return None

    def run(self, template: str, context: Mapping[str, Any]) -> bytes | TemplateFault:
        """Run a template (as `winner` gave it) and give the file's octets, or why there is none."""
        name = template.removeprefix("var/").removeprefix("templates/")
        try:
            data = self._finished(name, context)
        except Exception as error:  # a template can raise whatever Python can; each becomes a fault with its line
            return self._fault(error, template)
        broken = escape.broken(self.format, data) if data else None
        if broken is not None:
            return TemplateFault(template, 0, f"the result is not {self.format.upper()}: line {broken[0]}: {broken[1]}")
        return data

    def _finished(self, name: str, context: Mapping[str, Any]) -> bytes:
        parts, size = [], 0
        pieces = self.get_template(name).generate(context)
        while some := list(islice(pieces, _AT_ONCE)):
            part = "".join(some)
            size += len(part)
            if size > LARGEST_RESULT:
                raise TooLong(f"the result is longer than {LARGEST_RESULT} characters")
            parts.append(part)
        text = "".join(parts)
        if self.format != "raw" and text.strip() and not text.endswith("\n"):
            text += "\n"
        return text.encode() if text.strip() else b""

    def _fault(self, error: Exception, template: str) -> TemplateFault:
        root, line = f"{self.folder}/", 0
        if isinstance(error, TemplateSyntaxError):
            named = error.filename or ""
            return TemplateFault(
                named.removeprefix(root) if named.startswith(root) else template, error.lineno, _words(error)
            )
        step = error.__traceback__
        while step is not None:
            named = step.tb_frame.f_code.co_filename
            if named.startswith(root):
                template, line = named.removeprefix(root), step.tb_lineno
            step = step.tb_next
        return TemplateFault(template, line, _words(error))


def _each(values: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(values, tuple):
        return tuple(change(value) for value in values)
    if isinstance(values, Mapping):
        return {key: change(value) for key, value in values.items()}
    return change(values)


def _refused(value: Any, characters: str) -> Any:
    """Give a value back that holds none of these characters; the file has no way to write them."""
    bad = next((each for each in value if each in characters), None) if isinstance(value, str) else None
    if bad is not None:
        place = value.place if isinstance(value, escape.Text) else escape.Text.place
        raise escape.Unfit(f"{place} holds a character that cannot be written here (U+{ord(bad):04X})")
    return value


def _default(value: Any, instead: Any = "", boolean: bool = False) -> Any:
    """Take the other value for what is undefined and, because absent keys are None, for None."""
    return instead if isinstance(value, Undefined) or value is None or (boolean and not value) else value


def _words(error: Exception) -> str:
    """Say what went wrong in one line; a value of the configuration may stand in it."""
    if isinstance(error, MemoryError):
        return "needs too much memory"
    if isinstance(error, RecursionError):
        return "includes, extends or calls itself without end"
    if isinstance(error, TemplateNotFound | TemplateSyntaxError):
        return error.message or "cannot be found"
    if isinstance(error, escape.Unfit | TooLong | SecurityError) or type(error).__module__.startswith("jinja2"):
        return str(error)
    return f"{type(error).__name__}: {error}"[:200]
