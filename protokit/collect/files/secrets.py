"""Secrets: `${NAME}` in a place is read from the environment when the table is, and shows in no message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from protokit.core.errors import DataError
from protokit.core.outside import access

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# what is a secret in an address: the password before the host, and arguments that are named like one
_SECRETS = (
    re.compile(r"://[^:/@]*:(?!\d+/)([^@]+)@"),
    re.compile(r"[?&](?:[\w.-]*(?:password|passwd|pwd|secret|token)|api_?key)=([^&#]+)", re.I),
)


def passwords(address: str) -> list[str]:
    """The secrets that stand in an address."""
    return [secret for pattern in _SECRETS for secret in pattern.findall(address)]


@dataclass(frozen=True)
class Location:
    """A place with its variables filled in. `text` is for opening it only; `masked` is for people."""

    written: str
    text: str = field(repr=False)
    masks: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def masked(self, message: str) -> str:
        """A message in which every secret is what the recipe has in its place."""
        for value, shown in self.masks:
            message = message.replace(value, shown)
        return message

    @contextmanager
    def masking(self) -> Iterator[None]:
        """Mask the errors of what is done inside."""
        try:
            yield
        except DataError as error:
            rule, place, cure = (self.masked(part) if part else part for part in (error.rule, error.place, error.cure))
            raise DataError(str(rule), place=place, cure=cure) from None


def hold_variables(written: str) -> None:
    """Hold that each `${NAME}` stands where one may; none is read.

    Raises:
        DataError: one does not.
    """
    for match in VARIABLE.finditer(written):
        access.hold("variable", "\0".join((written[: match.start()], match[0], written[match.end() :])))


def expand(written: str) -> Location:
    """A place with the value of each `${NAME}`.

    Raises:
        DataError: the environment has no such variable, or an empty one; or a recipe that was read from a file has it
            in the place of something else than a user, a password or a named value of a query.
    """
    masks: dict[str, str] = {}

    def value_of(match: re.Match[str]) -> str:
        value = access.variable(match[1], (written[: match.start()], written[match.end() :]))
        if not value:
            raise DataError(
                f"the environment variable {match[1]!r} is not set", cure=f"export {match[1]}=... before you start"
            )
        for form in (value, unquote(value), quote(value, safe=""), repr(value)[1:-1]):
            masks[form] = match[0]
        for secret in passwords(value):
            masks.update(dict.fromkeys((secret, unquote(secret)), "***"))
        return value

    text = VARIABLE.sub(value_of, written)
    return Location(written, text, tuple(sorted(masks.items(), key=lambda mask: -len(mask[0]))))
