"""The encodings that bytes which are no UTF-8 may have, the likeliest first. What is found is offered, never taken."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# in the order of preference where two read a text equally well
_KNOWN = (
    "cp1252", "cp1251", "shift_jis", "euc_kr", "gb18030", "big5", "euc_jp", "koi8-r", "cp1250", "mac_roman", "cp1254",
    "cp1253", "cp1255", "cp1256", "cp866", "cp850", "cp874", "mac_cyrillic", "iso8859_2", "iso8859_5", "iso8859_7",
    "iso8859_15",
)  # fmt: skip
_SUPERSETS = {"shift_jis": "cp932", "euc_kr": "cp949"}  # where the plain one lacks a character that files have
_SAMPLE = 1 << 15
_SHOWN = 24
_SURE = 0.7
_NEAR = 0.12  # the difference of two scores that decides nothing
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEYOND = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(r"[^\W_]*[^\x00-\x7f][^\s,;|\t\"]*")

_LATIN = frozenset("éèêëáàâäãåæçñóòôöõøúùûüíìîïßœÉÖÄÜÅØÁÍÓÚÑÇÀÈÊ")
_CENTRAL = frozenset("ąćęłńśźżčďěňřšťůžőűăâîșțşţýŁŚŻŹČŘŠŽĆŐ")
_TURKISH = frozenset("ğışöüçİŞĞ")
_RUSSIAN = frozenset("оеаинтсрвлкмдпу")
_RARE_RUSSIAN = frozenset("ъэёщцфЪЫЬЩЁ")
_MARKS = frozenset("“”‘’„–—…•€£§°©®«»·¡¿№™\u00a0²³µ½¼±×ªº")
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上国和地到以说时要就出会可也你对生能子那得于着下自之年过发后作里王李张刘陈杨赵黄周吴徐孙马朱"
    "北京海广州深圳市省区县日月名姓男女天津重庆成都武汉西安南東京都府県田山川村小木林本藤高橋佐鈴渡辺伊加吉松井前名古屋大阪"
    "的這個們來時說為國會對學後過發臺灣灣陳張劉楊趙黃吳"
)


@dataclass(frozen=True)
class Guess:
    """An encoding, and a word as it reads it."""

    encoding: str
    word: str


def guesses(raw: bytes) -> list[Guess]:
    """The encodings that may be meant, best first: one where the text tells, up to three where it does not."""
    sample = _sample(raw)
    if name := wide(raw):
        return [Guess(name, _word(_decoded(raw[: len(raw) // 4 * 4][:_SAMPLE], name) or ""))]
    scored = sorted(_scored(sample), key=lambda found: -found[0])
    if not scored:
        return []
    best = scored[0][0]
    near = _NEAR if best > _SURE else 3 * _NEAR
    found: dict[str, Guess] = {}
    # of texts that hardly look like words the commonest encoding is always offered
    for score, name, text in sorted(scored[1:], key=lambda found: best < _SURE and found[1] != "cp1252"):
        if score >= best - near and text != scored[0][2]:
            found.setdefault(text, Guess(name, _word(text)))
    return [Guess(scored[0][1], _word(scored[0][2])), *list(found.values())[:2]]


def is_mostly_utf8(raw: bytes) -> bool:
    """Whether far more characters beyond ASCII are UTF-8 than are not: no other encoding reads so many by chance."""
    whole = len(_UTF8.findall(raw))
    broken = len(_BEYOND.findall(_UTF8.sub(b"", raw)))
    return whole >= 8 and whole > 3 * broken


def _sample(raw: bytes) -> bytes:
    """The lines that tell something: those with bytes that are no ASCII."""
    lines = (line for line in re.split(rb"(?<=\n)", raw) if not line.isascii())
    sample = b""
    for line in lines:
        sample += line[:_SAMPLE]
        if len(sample) >= _SAMPLE:
            break
    return sample


def wide(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: line ends and delimiters have NULs beside them."""
    head = raw[: min(len(raw), _SAMPLE) // 4 * 4] if len(raw) >= 4 else b""
    if head.count(0) < max(2, 0.05 * len(head)):
        return None
    lines = head.count(b"\n") + head.count(b"\r")
    for name in reversed(_WIDE):
        text = _decoded(head, name) or ""
        strange = any(unicodedata.category(c) in {"Cc", "Cn", "Co"} and c not in "\r\n\t" for c in text)
        if text and not strange and text.count("\n") + text.count("\r") >= 0.5 * lines:
            return name
    return None


def _decoded(raw: bytes, name: str) -> str | None:
    """The text of a head, which may end within a character."""
    try:
        return codecs.getincrementaldecoder(name)().decode(raw)
    except UnicodeError:
        return None


def _scored(sample: bytes) -> Iterator[tuple[float, str, str]]:
    """Score, name and text of each encoding that has all of the bytes: the known ones, and what a detector says."""
    other = _detected(sample)
    for name in dict.fromkeys((*_KNOWN, *([other] if other else []))):
        text = _decoded(sample, name)
        if text is None and name in _SUPERSETS:
            name = _SUPERSETS[name]
            text = _decoded(sample, name)
        if text is not None:
            yield _score(text, name), name, text


def _detected(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        return None
    name: str = {"koi8_r": "koi8-r", "cp932": "shift_jis", "cp949": "euc_kr"}.get(best.encoding, best.encoding)
    return name


def _score(text: str, name: str) -> float:
    """How much like words the text is: 1 at best, below 0 where it is none."""
    total, count = 0.0, 0
    before, start = " ", " "
    for i, c in enumerate(text):
        if c > "\x7f":
            total += _value(c, before, start, text[i + 1 : i + 2], name)
            count += 1
        if not before.isalpha():
            start = c
        before = c
    return total / count if count else 0.0


def _value(c: str, before: str, start: str, after: str, name: str) -> float:
    if not c.isalpha():
        within = before.isalpha() and after.isalpha()
        if c not in _MARKS or (within and c not in "’·"):
            return -1.0
        return 1.1 if (c == "’" and within) or c in "“”" else 0.95
    script = _script(c)
    if not before.isalpha() and not after.isalpha() and script not in {"cjk", "hangul", "hiragana", "katakana"}:
        return 0.8 if c in "àéèôúäö" else 0.2
    if before.isalpha() and _script(before) != script and "latin" in (script, _script(before)):
        return -1.0
    if c.isupper() and before.isalpha() and (before.islower() or start.islower()):
        return -1.0
    if script == "latin":
        common = _LATIN | (_CENTRAL if name in {"cp1250", "iso8859_2"} else _TURKISH if name == "cp1254" else _LATIN)
        value = 1.0 if c in common else 0.3
        return value - 0.05 * (c in _LATIN and common != _LATIN)
    if script == "cyrillic":
        plain = "а" <= c.lower() <= "я" or c in "ёЁ"
        value = 1.0 if c.lower() in _RUSSIAN else 0.3 if c in _RARE_RUSSIAN else 0.7 if plain else 0.2
        return value - 0.1 * c.isupper()
    if script in {"greek", "hebrew", "arabic", "thai"}:
        return {"hebrew": 1.02, "arabic": 0.85}.get(script, 0.95) - 0.1 * c.isupper()
    return _of_east(c, script, name)


def _of_east(c: str, script: str, name: str) -> float:
    if script == "hangul":
        return 1.05 if _encodes(c, "euc_kr") else -0.3
    if script in {"hiragana", "katakana"}:
        return 1.1 if name in {"shift_jis", "cp932", "euc_jp"} else -0.5
    if script == "halfwidth":
        return -0.3
    if script != "cjk":
        return -0.5
    if c in _COMMON:
        return 1.3
    if name in {"euc_kr", "cp949"}:
        return -0.5
    lead = c.encode(name, "replace")[0]
    levels = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "euc_jp": (0xB0, 0xCF)}
    first, last = levels.get(name, (0x88, 0x97))
    return 0.9 if first <= lead <= last else -0.2


def _encodes(c: str, name: str) -> bool:
    try:
        return len(c.encode(name)) == 2  # more are a syllable by its letters
    except UnicodeError:
        return False


def _script(c: str) -> str:
    if c < "\u0250":
        return "latin"
    word = unicodedata.name(c, "?").split()[0].lower()
    return word.split("-")[0]


def _word(text: str) -> str:
    """The first word that tells one encoding from another."""
    found = _WORD.search(text)
    return found[0][:_SHOWN] if found else text.strip()[:_SHOWN]
