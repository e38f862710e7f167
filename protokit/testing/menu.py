"""The contract of a house menu."""

from __future__ import annotations

from pydantic import ValidationError

from protokit.core.values.inputs import InputSpec, Knots
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.words import Learn
from protokit.menu.for_data import for_data
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.menu import Menu
from protokit.menu.network.build import build
from protokit.testing.contract import contract

_KNOTS = Knots((0, 2), 3, ((-1.0, 0.0, 1.0), (0.0, 0.5)))
_COLUMNS = (
    InputSpec("numbers", (6,), "float32", tuple("abcdef"), knots=_KNOTS),
    InputSpec("categories", (1,), "int32", ("g",), 9),
)
_INPUTS: dict[str, tuple[InputSpec, ...]] = {
    "columns": _COLUMNS,
    "steps": (InputSpec("visits", (12,), "int32", ("visits",), 50, "steps"),),
    "text": (InputSpec("words", (12,), "int32", ("words",), 50, "text"),),
    "image": (InputSpec("photo", (16, 16, 1), "uint8", ("photo",), 0, "image"),),
    "images": (InputSpec("photos", (3, 16, 16, 2), "uint8", ("photos",), 0, "images"),),
    "audio": (InputSpec("sound", (4000,), "int16", ("sound",), 0, "audio", rate=8000),),
    "sequence": (InputSpec("sequence", (16, 3), "float32", tuple("abc"), 0, "sequence"),),
    "series": (InputSpec("series", (24, 2), "float32", ("a", "b"), 0, "series"),),
}


@contract
def check_menu(menu: type[HouseMenu], signature: Signature | None = None) -> None:
    """Whether a house menu keeps its contract: it can be named, written, read again and built.

    `signature` is of data that it is for; where it is not given, one of the kind of input that it takes.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    assert HOUSE_MENUS.find(menu.name) is menu, f"{menu.name}: it is not registered; decorate it with @HOUSE_MENUS.add"
    assert menu.about and "\n" not in menu.about, f"{menu.name}: `about` is one sentence"
    assert not {"menu", "task"} & set(menu.learn), f"{menu.name}: `learn` says how a network is trained, not which"
    try:
        Learn.model_validate(menu.learn)
    except ValidationError as error:
        raise AssertionError(f"{menu.name}: `learn` is no section of a recipe: {error}") from None
    named = Menu(menu.name)
    assert named.house == menu.name and named.as_plain() == menu.name, f"{menu.name}: its name is not kept"
    written = named.as_plain(in_full=True)
    assert Menu.parse(written) == named, f"{menu.name}: what is written of it is read back as another menu"
    assert Menu.from_text(named.write()).house in {None, menu.name}, f"{menu.name}: its text names another house menu"
    assert Menu([{"use": menu.name}]).expand().nodes, f"{menu.name}: `use: {menu.name}` makes no layer"
    data = signature or _signature(menu)
    network, again = build(named, data), build(Menu.parse(written), data)
    assert network.count_params() == again.count_params(), f"{menu.name}: written in full it is another network"
    fitted = for_data(named, data)
    assert fitted.house == menu.name, f"{menu.name}: for some data its name is not kept"
    network, again = build(fitted, data), build(Menu.parse(fitted.as_plain(in_full=True), columns=data.names), data)
    rule = f"{menu.name}: what it is for some data is another network when it is written in full"
    assert network.count_params() == again.count_params(), rule
    [target] = data.targets
    given = tuple(network.output.shape[1:])
    assert given == target.shape, f"{menu.name}: the network gives {given}, the target takes {target.shape}"


def _signature(menu: type[HouseMenu]) -> Signature:
    inputs = _INPUTS[menu.takes]
    if menu.takes == "series":
        return Signature(inputs, (TargetSpec("a", "forecasting", (), ("a", "b"), 4),))
    if menu.clusters:
        return Signature(inputs, (TargetSpec("clusters", "clustering", width=15),))
    return Signature(inputs, (TargetSpec("y", "multiclass", ("a", "b", "c")),))
