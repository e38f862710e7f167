"""How a text is split: at blanks and marks, into characters, or each script by its own way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

# scripts that write no blanks between words: Han and the kana of Japanese; Thai, Lao, Tibetan, Burmese, Khmer
_HAN_KANA = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_SOUTH_EAST = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
NO_BLANKS = f"{_HAN_KANA}{_SOUTH_EAST}"  # between the brackets of a class of characters
_NO_BLANKS = f"[{NO_BLANKS}]"
_WORD = re.compile(r"\w+|[^\w\s]")  # a word, or a mark that stands alone
_EACH = re.compile(rf"{_NO_BLANKS}+|(?:(?!{_NO_BLANKS})\w)+|[^\w\s]")
_OF_HAN_KANA, _OF_SOUTH_EAST = re.compile(f"[{_HAN_KANA}]"), re.compile(f"[{_SOUTH_EAST}]")
LIKELY = 5  # words beyond the first, on average, of what is free text
_SHARE = 0.1  # of the letters of a column: from so many on the scripts without blanks decide how it is split


def words(text: str) -> list[str]:
    """The words and marks of a text, in lower case.

    >>> words("Don't panic: it's 42!")
    ['don', "'", 't', 'panic', ':', 'it', "'", 's', '42', '!']
    """
    return _WORD.findall(text.lower())


def characters(text: str) -> list[str]:
    """The characters of a text in lower case, and between two neighbours the pair of them; none over a blank.

    >>> characters("Ab c")
    ['a', 'ab', 'b', 'c']
    """
    return [token for run in text.lower().split() for token in _with_pairs(run)]


def mixed(text: str) -> list[str]:
    """Words where a script has blanks between them, characters and pairs where it has none.

    >>> mixed("很好的 iPhone!")
    ['很', '很好', '好', '好的', '的', 'iphone', '!']
    """
    found: list[str] = []
    for run in _EACH.findall(text.lower()):
        if run.isascii() or not _writes_no_blanks(run[0]):
            found.append(run)
        else:
            found += _with_pairs(run)
    return found


SPLITTERS: dict[str, Callable[[str], list[str]]] = {
    "words": words,
    "pairs": words,  # of which `paired` makes the pairs
    "characters": characters,
    "mixed": mixed,
}


def paired(found: Iterable[str]) -> list[str]:
    """Each two words that stand side by side, as one token: no word has the mark between them.

    >>> paired(words("Not good!"))
    ['not+good', 'good+!']
    """
    return [f"{before}+{after}" for before, after in pairwise(found)]


def likely_words(text: str) -> float:
    """About how many words a text has beyond its first, whatever its script.

    A word of Han or kana has about two characters, one of the other scripts without blanks about four.

    >>> likely_words("to be or not"), likely_words("屏幕包装很差"), likely_words("สวัสดีครับ")
    (3.0, 3.0, 2.5)
    """
    blanks = float(text.count(" "))
    if text.isascii():
        return blanks
    return blanks + len(_OF_HAN_KANA.findall(text)) / 2 + len(_OF_SOUTH_EAST.findall(text)) / 4


def likely_text(cells: Sequence[str]) -> bool:
    """Whether some cells are free text: six words and more on average, most of the cells different.

    >>> likely_text(["the cat sat on the mat", "a dog ran and ran away"]), likely_text(["a", "b"])
    (True, False)
    """
    present = [cell for cell in cells if cell.strip()]
    if not present or len({*present}) <= 0.5 * len(present):
        return False
    return sum(map(likely_words, present)) >= LIKELY * len(present)


def fitting(texts: Iterable[str]) -> str:
    """How texts are split where no one has said it: `words`, or `mixed` where a tenth of the letters ask for it."""
    letters = without = 0
    for text in texts:
        if text.isascii():
            letters += len(text)
            continue
        letters += len(text) - text.count(" ")
        without += len(_OF_HAN_KANA.findall(text)) + len(_OF_SOUTH_EAST.findall(text))
    return "mixed" if without > _SHARE * letters else "words"


def _writes_no_blanks(character: str) -> bool:
    return bool(_OF_HAN_KANA.match(character) or _OF_SOUTH_EAST.match(character))


def _with_pairs(run: str) -> list[str]:
    single: list[str] = []
    for character in run:
        # a vowel or tone that is written over another character belongs to it
        if single and unicodedata.category(character).startswith("M"):
            single[-1] += character
        else:
            single.append(character)
    found = single[:1]
    for before, after in pairwise(single):
        found += [before + after, after]
    return found
