"""Laws of the menu language: round trips, no traceback, places and suggestions."""

from __future__ import annotations

import contextlib
import random
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit import Menu, Recipe, SpecError
from protokit.core.errors import ProtokitError
from protokit.grammar.document import Document

NAMES = st.sampled_from(["width", "rate", "depth"])
NUMBER = st.one_of(
    st.integers(1, 512),
    st.builds(lambda low, more: {"int": [low, low + more]}, st.integers(1, 64), st.integers(1, 64)),
    st.builds(lambda values: {"choice": values}, st.lists(st.integers(1, 99), min_size=2, max_size=3, unique=True)),
    st.just("$width"),
    st.builds("$width * {} // ({} + $depth) + 1".format, st.integers(1, 9), st.integers(1, 9)),
)
LAYER = st.one_of(
    st.builds(lambda n: {"Dense": n}, NUMBER),
    st.builds(lambda n, a: {"Dense": {"units": n, "activation": a}}, NUMBER, st.sampled_from(["relu", "tanh", None])),
    st.builds(lambda r: {"Dropout": r}, st.one_of(st.floats(0, 0.9), st.just("$rate"), st.just({"float": [0.1, 0.5]}))),
    st.builds(lambda v: {"Dense": {"units": 3, "kernel_regularizer": {"L2": v}}}, st.floats(0, 1)),
    st.sampled_from(["BatchNormalization", "Flatten", "ReLU"]),
    st.just({"use": {"block": {"units": "$width"}}}),
    st.just({"share": "block"}),
)


def composites(chain: st.SearchStrategy) -> st.SearchStrategy:
    chains = st.dictionaries(st.sampled_from(["a", "b", "c"]), chain, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda c, n: {"repeat": {"times": n, "layers": c}}, chain, st.sampled_from([0, 2, "$depth"])),
        st.builds(lambda c: {"residual": c}, chain),
        st.builds(
            lambda c, m: {"branch": c, "merge": m}, chains, st.sampled_from(["Concatenate", {"Dot": {"axes": 1}}])
        ),
        st.builds(lambda c: {"choose": {"other": [], **c}}, chains),
        st.builds(lambda c, n: {"when": {f"$depth > {n}": c}}, chain, st.integers(0, 5)),
        chain,
    )


ITEMS = st.recursive(LAYER, lambda inner: composites(st.lists(inner, max_size=3)), max_leaves=12)
MENUS = st.builds(
    lambda layers, units: {
        "inputs": {"x": [8]},
        "hyperparameters": {"width": {"choice": [8, 16]}, "rate": 0.5, "depth": {"int": [1, 3]}},
        "blocks": {"block": {"parameters": {"units": units}, "layers": [{"Dense": "$units"}]}},
        "layers": layers,
    },
    st.lists(ITEMS, max_size=5),
    st.integers(1, 64),
)


@given(MENUS)
@settings(deadline=None, max_examples=150)
def test_what_is_written_is_read_back(plain: dict) -> None:
    menu = Menu.parse(plain)
    assert Menu.from_text(menu.write()) == menu
    assert Menu.parse(menu.as_plain()) == menu
    resolved = menu.resolve()
    assert not resolved.slots and Menu.from_text(resolved.write()) == resolved
    assert [n.kind for n in resolved.expand().nodes] == [n.kind for n in menu.expand().nodes]


FULL = """\
protokit: 1
name: full
seed: 3
collect:
  tables:
    wine: {sklearn: wine}
represent:
  target: target
  split: {test: 0.2, validation: 0.2, by: stratified}
learn:
  optimizer: {AdamW: {learning_rate: 1e-3}}
  schedule: plateau
  epochs: 20
  menu:
    hyperparameters:
      width: {choice: [32, 64, 128], default: 64}
      rate: {float: [0.0, 0.5]}
    blocks:
      dense:
        parameters: {units: 64}
        layers:
          - Dense: {units: $units, activation: relu, kernel_initializer: he_normal}
          - BatchNormalization
          - Dropout: $rate
    layers:
      - use: {dense: {units: $width}}
        name: stem
      - repeat: {times: {int: [1, 4]}, layers: [{use: dense}]}
      - residual: [{Dense: 64}, {Activation: relu}]
      - branch: {deep: [{Dense: {units: 32, use_bias: false}}], wide: []}
        merge: Concatenate
      - choose: {small: [{Dense: 32}], large: [{Dense: 256}, {LayerNormalization: {epsilon: 1e-5}}]}
      - when: {"$width > 64": [{GaussianNoise: 0.5}]}
      - Concatenate: {axis: -1}
        from: [stem, numbers]
      - Dense: {units: 16, kernel_regularizer: {L2: 1e-4}}
evaluate:
  metrics: [accuracy, f1_macro]
  baselines: [dummy, linear]
"""
PIECES = [
    "- ", ": ", "[", "]", "{", "}", "\n", "  ", "$", "$width", "'", '"', "#", "&a ", "*a", "!!python/object:os.system ",
    "1e-3", "no", "on", "null", "~", "0x1F", "-", "9" * 40, "\t", "\x00", "ü", "Dense", "use", "repeat", "share",
    "choose", "when", "from: ", "name: ", "layers: ", ", ", "? ", "|", ">", "%", "@", "`", "choice", "int", "float",
]  # fmt: skip


def mutated(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        at, other = sorted((rng.randrange(len(text)), rng.randrange(len(text))))
        lines = text.splitlines(keepends=True)
        line = rng.randrange(len(lines))
        text = (
            rng.choice(
                [
                    lambda a=at, t=text: t[:a] + rng.choice(PIECES) + t[a:],
                    lambda a=at, t=text: t[:a] + t[a + rng.randint(1, 6) :],
                    lambda a=at, t=text: t[:a] + rng.choice(string.printable) + t[a + 1 :],
                    lambda i=line, ls=lines: "".join(ls[:i] + ls[i + 1 :]),
                    lambda i=line, ls=lines: "".join([*ls[:i], ls[i], *ls[i:]]),
                    lambda i=line, ls=lines: "".join([*ls[:i], "  " + ls[i], *ls[i + 1 :]]),
                    lambda a=at, b=other, t=text: t[: min(b, a + 40)] + t[a:],
                ]
            )()
            or "x"
        )
    return text


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.proof) for part in (1, 2, 3))])
def test_10_000_mutations_give_a_recipe_or_a_clear_error(part: int) -> None:
    rng = random.Random(part)
    whole = placed = 0
    for _ in range(2500):
        text = mutated(FULL, rng)
        try:
            recipe = Recipe.of(Document.parse(text, "r.yaml"), Path.cwd(), "r")
            recipe.network.expand()
        except SpecError as error:
            for fault in error.faults:
                whole += 1
                placed += fault.at(recipe_place(text, fault)).place is not None
                assert fault.rule and len(str(fault)) < 2000
        except ProtokitError:
            whole += 1
    assert whole > 1000 and placed >= 0.99 * whole


def recipe_place(text: str, fault):  # type: ignore[no-untyped-def]
    """As `train` does it for what only the values of a menu show."""
    return Document.parse(text, "r.yaml").place(("learn", "menu", *fault.path)) if fault.path else None


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_a_menu_or_an_error(data: bytes) -> None:
    with contextlib.suppress(SpecError):
        Menu.from_text(data.decode("utf-8", "replace"))


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(PIECES) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*PIECES, "layers", "blocks", "inputs", "outputs"]), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(json_like)
@settings(deadline=None, max_examples=400)
def test_any_value_is_a_menu_or_an_error(value: object) -> None:
    try:
        Menu.parse(value).expand()
    except SpecError as error:
        assert error.faults


WORDS = [
    "Dense", "BatchNormalization", "Dropout", "units", "activation", "relu", "kernel_initializer", "he_normal", "use",
    "dense", "repeat", "times", "layers", "residual", "Activation", "branch", "merge", "Concatenate", "choose", "when",
    "use_bias", "LayerNormalization", "epsilon", "GaussianNoise", "axis", "stem", "numbers", "kernel_regularizer",
    "hyperparameters", "blocks", "parameters", "width", "rate", "choice", "default", "float", "optimizer", "AdamW",
    "learning_rate", "schedule", "plateau", "epochs", "menu", "collect", "tables", "represent", "target", "split",
    "validation", "stratified", "learn", "evaluate", "metrics", "accuracy", "f1_macro", "baselines", "linear", "dummy",
]  # fmt: skip


def typo(word: str, rng: random.Random) -> str:
    while True:
        i = rng.randrange(len(word))
        made = rng.choice(
            [
                word[:i] + word[i + 1 :],
                word[:i] + rng.choice(string.ascii_lowercase) + word[i:],
                word[:i] + rng.choice(string.ascii_lowercase) + word[i + 1 :],
                word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :],
            ]
        )
        if made.lower() != word.lower() and made and made not in {"elu", "selu", "gelu", "celu", "Adam"}:
            return made


GIVEN = {"width: {": 0, "rate: {": 0, "dense:\n": 0, "name: stem": 6, "parameters: {units": 13, "target: target": 8}


def test_500_typos_get_the_right_suggestion() -> None:
    rng = random.Random(7)
    spots = [m for m in re.finditer(r"[A-Za-z][A-Za-z0-9_]*", FULL) if m.group() in WORDS]
    # where a person gives a name, any will do
    given = {FULL.index(text) + skip for text, skip in GIVEN.items()}
    right, wrong = 0, []
    for _ in range(500):
        spot = rng.choice([spot for spot in spots if spot.start() not in given])
        line_start = FULL.rfind("\n", 0, spot.start()) + 1
        made = typo(spot.group(), rng)
        text = FULL[: spot.start()] + made + FULL[spot.end() :]
        number, column = FULL.count("\n", 0, spot.start()) + 1, spot.start() - line_start + 1
        with pytest.raises(SpecError) as caught:
            Recipe.of(Document.parse(text, "r.yaml"), Path.cwd(), "r")
        told = str(caught.value)
        assert any(
            f.place and f.place.line == number and abs(f.place.column - column) <= 2 for f in caught.value.faults
        ), told
        if re.search(rf"'[^']*{spot.group()}'", told) or re.search(rf"\b{spot.group()}\b", told.split("\n")[-1]):
            right += 1
        else:
            wrong.append((spot.group(), made, told))
    assert right >= 475, (right, wrong)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 3000 + "]" * 3000, "nested more than"),
        ("- Dense: " + "{a: " * 3000 + "}" * 3000, "nested more than"),
        ("- &a0 [x]\n" + "".join(f"- &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)), "alias"),
        ("- !!python/object:os.system {}\n", "tag"),
        (f"- Dense: {'9' * 5000}\n", "digits"),
        ("- Dense: 3\n  Dense: 4\n", "twice"),
        ("- Dense: no\n", "'no'"),
        ("- Dense: on\n", "'on'"),
    ],
)
def test_hostile_text_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        Menu.from_text(text)
    assert words in str(caught.value), str(caught.value)[:500]


def test_deep_python_values_are_refused() -> None:
    value: list = []
    for _ in range(3000):
        value = [value]
    with pytest.raises(SpecError, match="nested deeper"):
        Menu.parse(value)
    wrapped: dict = {"LSTM": 3}
    for _ in range(3000):
        wrapped = {"Bidirectional": wrapped}
    with pytest.raises(SpecError, match="nested deeper"):
        Menu.parse([wrapped])
    round_and_round: dict = {}
    round_and_round["Dense"] = round_and_round
    with pytest.raises(SpecError):
        Menu.parse([round_and_round])


def test_numbers_are_read_as_yaml_1_2_has_them() -> None:
    menu = Menu.from_text("- Dropout: 1e-3\n- {Dense: {units: 0x10, use_bias: false}}\n")
    assert menu.layers[0].arguments["rate"] == 1e-3 and menu.layers[1].arguments["units"] == 16
