"""How a module of torch splits texts: functions and methods that stand in a file that needs them."""

from __future__ import annotations

from protokit.represent.encoders.tokens import NO_BLANKS

_FUNCTIONS = {
    "split_words": '''
def split_words(text: str) -> list[str]:
    """The words and marks of a text, in lower case."""
    return re.findall(r"\\w+|[^\\w\\s]", text.lower())
''',
    "split_pairs": '''
def split_pairs(text: str) -> list[str]:
    """The words and marks of a text, and each two that stand side by side."""
    words = split_words(text)
    return words + [f"{before}+{after}" for before, after in pairwise(words)]
''',
    "split_run": '''
def split_run(run: str) -> list[str]:
    """The characters of a run, with what is written over them, and between two neighbours the pair of them."""
    single: list[str] = []
    for sign in run:
        if single and unicodedata.category(sign).startswith("M"):
            single[-1] += sign
        else:
            single.append(sign)
    found = single[:1]
    for before, after in pairwise(single):
        found += [before + after, after]
    return found
''',
    "split_characters": '''
def split_characters(text: str) -> list[str]:
    """The characters of a text in lower case, and the pairs of neighbours."""
    return [token for run in text.lower().split() for token in split_run(run)]
''',
    "split_mixed": f'''
NO_BLANKS = {f"[{NO_BLANKS}]"!a}  # scripts that write none


def split_mixed(text: str) -> list[str]:
    """Words where a script has blanks between them, characters and pairs where it has none."""
    runs = re.findall(rf"{{NO_BLANKS}}+|(?:(?!{{NO_BLANKS}})\\w)+|[^\\w\\s]", text.lower())
    return [token for run in runs for token in (split_run(run) if re.match(NO_BLANKS, run) else [run])]
''',
}
_METHODS = {
    "tokens": '''
    def tokens(self, texts: Sequence[str], split: Any, known: Mapping[str, int], length: int) -> Tensor:
        """The codes of the first tokens, 1 for unknown ones, 0 behind the end. Shapes: (rows,) -> (rows, length)."""
        return self.filled([[known.get(token, 1) for token in split(text)[:length]] for text in texts], length)
''',
    "pairs": '''
    def pairs(self, texts: Sequence[str], known: Mapping[str, int], length: int, most: int) -> Tensor:
        """The codes of known pairs of the first words. Shapes: (rows,) -> (rows, most)."""
        each = [pairwise(split_words(text)[:length]) for text in texts]
        pairs = [[f"{before}+{after}" for before, after in some] for some in each]
        return self.filled([[known[pair] for pair in some if pair in known][:most] for some in pairs], most)
''',
    "tfidf": '''
    def tfidf(self, texts: Sequence[str], split: Any, known: Mapping[str, int], idf: Tensor) -> Tensor:
        """How telling each known token is. Shapes: (rows,) -> (rows, tokens)."""
        counts = torch.zeros(len(texts), len(known), device=self.device)
        for row, text in enumerate(texts):
            for token, many in Counter(split(text)).items():
                if token in known:
                    counts[row, known[token] - 2] = many
        telling = torch.where(counts > 0, (1 + counts.clamp(min=1).log()) * idf, 0.0)
        return telling / telling.square().sum(1, keepdim=True).sqrt().clamp(min=1e-12)
''',
    "filled": '''
    def filled(self, rows: list[list[int]], length: int) -> Tensor:
        """Rows with zeros behind their end."""
        rows = [row + [0] * (length - len(row)) for row in rows]
        return torch.tensor(rows, dtype=torch.int32, device=self.device).reshape(-1, length)
''',
}
_IMPORTS = {
    "re.": "import re\n",
    "unicodedata.": "import unicodedata\n",
    "Counter(": "from collections import Counter\n",
    "pairwise(": "from itertools import pairwise\n",
}


def functions_in(lines: str) -> str:
    """The functions that some lines name, and those that these name."""
    return _named(_FUNCTIONS, lines, "{}", "\n")


def methods_in(lines: str) -> str:
    """The methods that some lines call, and those that these call."""
    return _named(_METHODS, lines, "self.{}(", "")


def imports_in(text: str) -> tuple[str, str]:
    """What a text needs of Python's own library: whole modules, and names of them."""
    found = [line for used, line in _IMPORTS.items() if used in text]
    return tuple("".join(one for one in found if one.startswith(how)) for how in ("import", "from"))  # type: ignore[return-value]


def _named(texts: dict[str, str], lines: str, called: str, between: str) -> str:
    named = [name for name in texts if called.format(name) in lines]
    named += [name for name in texts if any(called.format(name) in texts[one] for one in named)]
    return "".join(between + texts[name] for name in texts if name in named)
