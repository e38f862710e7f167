"""Places: of two columns under a name of their own, or of cells that hold both."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from protokit.cells.angles import degrees, pair
from protokit.core.errors import DataError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.inference import infer
from protokit.represent.kind import FitContext
from protokit.represent.kinds.pairs.place import Place, PlaceOptions
from protokit.represent.represented import Represented
from protokit.represent.transformers import KindEncoder
from protokit.workflow.cures.fitting import fitting_snippet
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.representing import represent

HOME = {"home": {"place": {"latitude": "lat", "longitude": "lon", "to": {"Oslo": [59.91, 10.75]}}}}


def homes(rows: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"lat": rng.uniform(40, 70, rows), "lon": rng.uniform(0, 30, rows), "x": rng.normal(size=rows)}
    )
    near = np.hypot((frame["lat"] - 59.91) * 111, (frame["lon"] - 10.75) * 56) < 900
    return frame.assign(near=np.where(near, "yes", "no"))


def recipe(columns: object = HOME) -> Recipe:
    return Recipe.parse({"represent": {"target": "near", "columns": columns}})


def found(frame: pd.DataFrame, columns: object = HOME) -> Represented:
    [made] = represent(recipe(columns), Table(frame))
    return made


def told(made: Represented) -> str:
    return "\n".join(map(str, made.notices))


def test_two_columns_are_one_place_on_the_sphere() -> None:
    frame = homes()
    made = found(frame)
    assert made.encoder.kinds == {"x": "number", "home": "place"}
    assert made.encoder.needed == ("x", "lat", "lon")
    assert made.encoder.signature.inputs[0].columns == ("x", "home x", "home y", "home z", "home km to Oslo")
    numbers = made.train.features.numbers[:, 1:]
    assert np.allclose((numbers[:, :3] ** 2).sum(axis=1), 1)
    assert "'lat' and 'lon' beside it are not learned from" in told(made)
    both = found(frame, {**HOME, "lat": "number"})
    assert both.encoder.kinds == {"lat": "number", "x": "number", "home": "place"}
    assert "'lon' beside it is not learned from" in told(both)
    made.encoder.examples(frame)  # later tables need no such column
    with pytest.raises(DataError, match="'lon' is missing"):
        made.encoder.examples(frame.drop(columns="lon"))


def test_distances_go_along_the_earth() -> None:
    options = PlaceOptions.model_validate({"to": {"London": (51.5074, -0.1278)}})
    cells = pd.Series([(48.8566, 2.3522), (51.5074, -0.1278), (-51.5074, 179.8722)], name="x", dtype=object)
    km = Place.fit(cells, options).numbers(cells)[:, 3]
    assert km == pytest.approx([343.6, 0, np.pi * 6371.0088], abs=0.5)
    east = pd.Series([(0, 179.9), (0, -179.9), (0, 180.1)], dtype=object, name="x")  # the same side of the earth
    x, y, z = Place.fit(east).numbers(east)
    assert np.abs(x - y).max() < 0.01 and np.allclose(y, z)


def test_what_only_a_place_tells_is_found_by_it_alone() -> None:
    frame = homes(600)
    train, test = frame[:400], frame[400:]
    encoder = KindEncoder("place", HOME["home"]["place"]).fit(train[["lat", "lon"]])
    assert list(encoder.get_feature_names_out())[:4] == ["place x", "place y", "place z", "place km to Oslo"]
    by_place = LogisticRegression(C=100).fit(encoder.transform(train[["lat", "lon"]]), train["near"])
    by_rest = LogisticRegression().fit(train[["x"]], train["near"])
    assert by_place.score(encoder.transform(test[["lat", "lon"]]), test["near"]) > 0.97
    assert by_rest.score(test[["x"]], test["near"]) < 0.9


def test_the_state_comes_back_to_the_bit_and_cells_have_stated_outcomes() -> None:
    frame = homes()
    frame.loc[5, "lat"] = np.nan
    frame.loc[6, ["lat", "lon"]] = np.nan
    made = found(frame)
    again = Encoder.from_plain(json.loads(json.dumps(made.encoder.as_plain())))
    later = frame.drop(columns="near").assign(more=1)
    (one, plain), (other, _) = (e.encode(e.examples(later)) for e in (made.encoder, again))
    assert np.array_equal(one["numbers"], other["numbers"]) and np.isnan(plain.numbers[[5, 6], 1:]).all()
    unusual = again.unusual(again.examples(later), plain)["home"]
    assert unusual.cells == 159 and "1 cell has a latitude or a longitude alone" in unusual.notes[0]
    for cell, rule in ((95.0, "the latitude 95 is beyond 90 degrees"), ("north", "'north' is no latitude in degrees")):
        wrong = later.astype({"lat": object})
        wrong.loc[3, "lat"] = cell
        with pytest.raises(DataError, match=f"column 'lat', row 4: {rule}") as caught:
            again.encode(again.examples(wrong))
        assert "mend the cell" in str(caught.value)
    far = again.encode(again.examples(later.assign(lat=-40.0)))[1]
    assert any("beyond the training rows" in note for note in again.unusual(again.examples(later), far)["home"].notes)


def test_odd_texts_of_a_column_of_degrees_are_missing() -> None:
    frame = homes().astype({"lat": str})
    frame.loc[3, "lat"] = "unknown"
    made = found(frame)
    assert "texts that are no degrees are read as missing, e.g. 'unknown'" in told(made)
    assert np.isnan(made.encoder.encode(made.encoder.examples(frame))[1].numbers[3, 1:]).all()


def test_columns_that_may_be_a_place_are_said_and_left_as_they_are() -> None:
    made = found(homes(), {})
    assert made.encoder.kinds["lat"] == "number"
    cure = "columns: {place: {place: {latitude: lat, longitude: lon}}}"
    [notice] = [one for one in made.notices if "may be a place together" in one.rule]
    assert notice.cure == cure and notice.columns == ("lat", "lon")
    edited = found(homes(), {"place": {"place": {"latitude": "lat", "longitude": "lon"}}})
    assert "may be a place" not in told(edited) and edited.encoder.kinds["place"] == "place"
    for odd in (
        homes().assign(lat=lambda rows: rows["lat"] + 60),
        homes().rename(columns={"lat": "x_coord"}),
        homes().rename(columns={"lat": "start_lat", "lon": "end_lon"}),
        homes().rename(columns={"lat": "flat", "lon": "talon"}),
    ):
        assert "may be a place" not in told(found(odd, {}))
    ends = homes().rename(columns={"lat": "Start Latitude", "lon": "Start Lng"})
    assert "'Start Latitude' and 'Start Lng' are read as two numbers" in told(found(ends, {}))


def test_what_cannot_be_is_told_with_the_cure() -> None:
    place = {"latitude": "lat", "longitude": "lon"}
    for columns, rule, cure in (
        ({"home": {"place": {"latitude": "lat"}}}, "a place needs its latitude and its longitude", "write {latitude"),
        ({"home": {"place": {**place, "longitude": "lom"}}}, "no column 'lom' in the data", "did you mean 'lon'?"),
        ({"x": {"place": place}}, "the data has a column 'x' already", "give it another name"),
        ({"lat": {"place": place}}, "'lat' is made of itself", "give it a name of its own"),
        ({"home": {"place": {**place, "latitude": "near"}}}, "'near' is the target", "name another column"),
        ({"home": {"place": {"to": {"Oslo": [99, 1]}}}}, "the latitude 99 is beyond 90", "latitude comes first"),
        ({"home": {"place": {"to": {"Oslo": "x"}}}}, "a place is its latitude and longitude", "write [59.9, 10.7]"),
        ({"home": "place"}, "no column 'home' in the data", "one of"),
    ):
        with pytest.raises(SpecError) as caught:
            found(homes(), columns)
        assert rule in str(caught.value) and cure in str(caught.value), str(caught.value)
    turned = {"home": {"place": {"latitude": "lon", "longitude": "lat"}}}
    with pytest.raises(DataError, match="the other way round") as swapped:
        found(homes().assign(lon=100.0), turned)
    assert "{latitude: lat, longitude: lon}" in str(swapped.value)
    with pytest.raises(SpecError, match="series and sequences do not take"):
        series = {"target": "x", "columns": HOME, "series": {"time": "t", "window": 3, "horizon": 1}}
        Recipe.parse({"represent": series})


def test_the_audit_looks_at_places_and_shows_no_edit_that_cannot_be_followed() -> None:
    frame = homes(400)
    frame["near"] = np.where((frame["lat"] > 55) & (frame["lon"] > 15), "yes", "no")
    findings = audit(recipe(), Table(frame), [found(frame)])
    assert not any({"lat", "lon"} & {*finding.columns} for finding in findings)
    assert fitting_snippet("represent:\n  columns: {home: ignore}", recipe()) == ""
    cells = pd.Series([(59.91, 10.75), (59.92, 10.75), (-33.9, 151.2), None], name="home", dtype=object)
    seen = Place.fit(cells).audited(cells)
    assert abs(seen[0] - seen[1]) < abs(seen[0] - seen[2]) / 1000 and np.isnan(seen[3])


@pytest.mark.parametrize(
    ("text", "letters", "wanted"),
    [
        ("59°54′36″N", "NS", 59.91), ("59,91", "NS", 59.91), ("S 12° 30'", "NS", -12.5), ("−70.5", "EW", -70.5),
        ("10.75 e", "EW", 10.75), ("1e1", "EW", 10.0), ("0", "NS", 0.0), ("-0.5", "EW", -0.5),
    ],
)  # fmt: skip
def test_degrees_are_read_as_people_write_them(text: str, letters: str, wanted: float) -> None:
    assert degrees(text, letters) == pytest.approx(wanted)


@pytest.mark.parametrize(
    "text", ["", "N", "10 E", "-10 S", "59.5°30'", "59°61'", "1_0", "inf", "nan", "N 10 N", "1 2 3"]
)
def test_what_is_no_latitude_is_none(text: str) -> None:
    assert np.isnan(degrees(text, "NS"))


def test_a_cell_may_hold_both() -> None:
    for text in (
        "59.91, 10.75",
        "(59.91 10.75)",
        "59.91;10.75",
        "[59.91,10.75]",
        "POINT(10.75 59.91)",
        "59.91 | 10.75",
    ):
        assert pair(text) == ("59.91", "10.75"), text
    for text in ("", "59.91", "here", "1,2,3", "()", ","):
        assert pair(text) is None, text
    cells = pd.Series(["59.91, 10.75", (59.91, 10.75), np.array([59.91, 10.75]), None, ""], name="x", dtype=object)
    numbers = Place.fit(cells).numbers(cells)
    assert np.allclose(numbers[0], numbers[1:3]) and np.isnan(numbers[3:]).all()


ODD = st.one_of(
    st.none(), st.text(max_size=8), st.floats(), st.integers(), st.booleans(), st.binary(max_size=4), st.just(pd.NA),
    st.just(pd.NaT), st.just(datetime(2024, 1, 1)), st.lists(st.integers(), max_size=3), st.just(np.zeros((2, 2))),
)  # fmt: skip


@given(st.lists(st.one_of(ODD, st.tuples(ODD, ODD)), min_size=1, max_size=6))
def test_no_cell_gives_a_traceback(cells: list[object]) -> None:
    column = pd.Series([None] * len(cells), name="x", dtype=object)
    for row, cell in enumerate(cells):
        column.iat[row] = cell
    try:
        fitted = Place.fit(column, None, FitContext(whole=column))
        numbers = fitted.numbers(column)
    except DataError as error:
        assert error.cure and "row" in error.rule
        return
    missing = np.isnan(numbers).all(axis=1)
    assert np.allclose((numbers[~missing] ** 2).sum(axis=1), 1)
    fitted.unusual(column), fitted.audited(column)


@pytest.mark.parametrize(
    ("name", "cells", "kind", "edit"),
    [
        ("location", ["(41.9, 12.5)", "(42.1, 12.75)"], "place", "location: vector"),
        ("home_coords", [[41.9, 12.5], [42.1, 12.75]], "place", "home_coords: vector"),
        ("location", ["41.9, 12.5", "42.1, 12.75"], "place", "location: category"),
        ("x", ["POINT (12.5 41.9)", "POINT (12.51 41.93)"], "place", "x: category"),
        ("x", ["59°54'N 10°45'E", "59°53'N 10°44'E"], "place", "x: category"),
        ("x", ["(41.9, 12.5)", "(42.1, 12.75)"], "vector", "x: place"),
        ("location", ["(410.5, 12.5)", "(42.1, 12.75)"], "vector", "location: set"),
        ("location", [[1, 2], [3, 4]], "vector", "location: set"),
        ("location", ["59,91", "59,92"], "number", None),
        ("location", ["here", "somewhere else"], "category", None),
    ],
)
def test_cells_that_hold_both_are_places_where_the_name_or_the_cells_say_so(
    name: str, cells: list[object], kind: str, edit: str | None
) -> None:
    column = pd.Series([*cells, None, *cells], name=name, dtype=object)
    guess = infer(column)
    assert guess.kind == kind
    assert (guess.cure is None) if edit is None else (edit in str(guess.cure))
    if kind == "place":
        assert np.isnan(Place.fit(column).degrees(column)).sum() == 2
        later = pd.Series([*column, "unknown"], name=name, dtype=object)
        assert infer(column, later).kind != "place"  # a later row would be an error


def test_one_column_is_not_both_halves_of_a_place() -> None:
    with pytest.raises(SpecError) as caught:
        Recipe.parse({"represent": {"target": "y", "columns": {"h": {"place": {"latitude": "a", "longitude": "a"}}}}})
    assert "'a' is the latitude and the longitude" in str(caught.value)


def test_a_column_of_degrees_alone_is_refused_with_the_edit_that_names_both() -> None:
    with pytest.raises(DataError) as caught:
        Place.fit(pd.Series([59.91, 60.2], name="lat"))
    assert caught.value.cure is not None and "{place: {latitude: lat, longitude: COLUMN}}" in caught.value.cure
