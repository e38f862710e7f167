from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.collect.step import STEPS
from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.check import check
from protokit.workflow.run.collecting import collected as collect

TABLE: dict[str, Any] = {
    "n": [1, 5, 3, 3],
    "f": [1.5, None, 3.0, 3.0],
    "t": [" a", "b\t", "c", "c"],
    "d": ["31/12/2023", None, "01/02/2024", "01/02/2024"],
    "b": [True, False, True, True],
    "c": ["yes", "no", "yes", "yes"],
}


def cleaned(table: Any, *clean: Any) -> Table:
    """One table, cleaned."""
    recipe = Recipe.parse({"collect": {"clean": list(clean)}, "represent": {"target": "y"}})
    return collect(recipe, pd.DataFrame(table))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            ["9223372036854775808", "9223372036854775809", "1"],
            "'9223372036854775809', which becomes",
        ),
        (["9007199254740993", "1.5"], "'9007199254740993', which becomes 9007199254740992"),
        (["9" * 50, "1"], "'" + "9" * 50),
        (["$9,007,199,254,740,993", "$1,000"], "'$9,007,199,254,740,993', which becomes 9007199254740992"),
        (["9223372036854775808", "1"], ""),  # float64 has it
        (["9007199254740993", "9007199254740992", "1"], ""),  # and int64 these
        (["9007199254740993.5", "1e300", "0.1"], ""),
    ],
)
def test_whole_numbers_that_a_cast_rounds_are_told(cells: list[str], told: str) -> None:
    table = cleaned({"x": cells}, {"cast": {"x": "number"}})
    rounded = [one for one in table.notices if "are rounded" in one.rule]
    assert bool(rounded) == bool(told) and told in " ".join(one.rule for one in rounded)
    if not told and "." not in cells[0]:
        assert [int(one) for one in table.frame["x"]] == [int(one) for one in cells]
    for one in rounded:  # the cure keeps them
        assert one.cure is not None and "cast: {x: category}" in one.cure
        assert cleaned({"x": cells}, {"cast": {"x": "category"}}).frame["x"].tolist() == cells


@pytest.mark.parametrize("large", ["9007199254740993", "-9007199254740993"])
def test_whole_numbers_that_missing_cells_make_texts_are_told(large: str) -> None:
    cells = [large, None, "5"]
    table = cleaned({"x": cells}, {"cast": {"x": "number"}})
    [told] = [one for one in table.notices if "come out as texts" in one.rule]
    assert large in told.rule and table.frame["x"].tolist() == cells
    assert table.steps[-1].detail == "x is a number, kept as texts while cells are missing"
    assert told.cure is not None and "cast: {x: category}" in told.cure and "fill: {x: 0}" in told.cure
    assert not cleaned({"x": cells}, {"cast": {"x": "category"}}).notices
    filled = cleaned({"x": cells}, {"cast": {"x": "number"}}, {"fill": {"x": 0}})
    assert filled.frame["x"].tolist() == [int(large), 0, 5]
    for other in (["12", None], [large, "5"]):
        done = cleaned({"x": other}, {"cast": {"x": "number"}})
        assert done.steps[-1].detail == "x is a number" and not done.notices


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("if(b, f, c)", ["1.5", "no", "3", "3"]),
        ("case when n > 1 then c else f end", ["1.5", "no", "yes", "yes"]),
        ("case when b then f when n = 5 then c end || '!'", ["1.5!", "no!", "3!", "3!"]),
        ("coalesce(f, c)", ["1.5", "no", "3", "3"]),
        ("ifnull(f, 'none')", ["1.5", "none", "3", "3"]),
        ("coalesce(n, 'none')", ["1", "5", "3", "3"]),
        ("if(b, if(n > 1, f, c), n * 2)", ["yes", "10", "3", "3"]),
        ("coalesce(f, '7')", [1.5, 7.0, 3.0, 3.0]),  # a number in quotes is one, as before
        ("coalesce(f, n)", [1.5, 5.0, 3.0, 3.0]),
    ],
)
def test_numbers_beside_texts_become_the_texts_of_whole_numbers(expression: str, wanted: list[Any]) -> None:
    found = cleaned(TABLE, {"derive": {"z": expression}}).frame["z"]
    assert found.tolist() == wanted


@pytest.mark.parametrize(
    ("expression", "cure"),
    [
        ("if(b, b, c)", "cast: {b: text}"),
        ("n = c", "cast: {n: text}"),
        ("n = 'a'", "cast: {n: text}"),
        ("upper(f) = 'A'", "cast: {f: text}"),
        ("b + n > 1", "cast: {b: number}"),
        ("not t", "cast: {t: boolean}"),
        ("c > 3", "put what 'c' is held against in quotes"),
        ("year(c) > 3", "cast: {c: date}"),
        ("d > n", "cast: {d: date}"),
        ("cast(c as date) > date '2021-01-01'", "cast: {c: date}"),
    ],
)
def test_the_edit_of_an_expression_that_does_not_fit_is_of_the_column_at_fault(expression: str, cure: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        cleaned(TABLE, {"filter": expression})
    assert cure in str(caught.value)


@pytest.mark.parametrize("form", ["%d/%m/%y", "%d/%m/%-y", {"order": "day"}])
def test_two_digit_years_are_told_by_whatever_rule_they_are_read(form: Any) -> None:
    cells = ["31/12/68", "01/01/69", "02/03/24", None]
    table = cleaned({"d": cells}, {"parse_dates": {"d": form}})
    assert table.frame["d"].dt.year.tolist()[:3] == [2068, 1969, 2024]
    [notice] = [one for one in table.notices if "two-digit years" in one.rule]
    assert "1969 to 2068" in notice.rule and notice.columns == ("d",) and "four digits" in str(notice.cure)
    table = cleaned({"d": ["31/12/2068"]}, {"parse_dates": {"d": "%d/%m/%Y"}})
    assert not table.notices


def test_every_step_of_the_grammar_is_there() -> None:
    names = "filter derive drop keep drop_duplicates cast clip outliers fill rename replace trim parse_dates"
    assert list(STEPS.house()) == names.split()


@pytest.mark.parametrize(
    ("step", "column", "wanted"),
    [
        ({"filter": "n > 1"}, "n", [5, 3, 3]),
        ({"filter": "f > 2 or b"}, "n", [1, 3, 3]),
        ({"derive": {"z": "n * 2", "w": "z + f"}}, "w", [3.5, None, 9.0, 9.0]),
        ({"derive": {"n": "n > 2"}}, "n", [False, True, True, True]),
        ("drop_duplicates", "n", [1, 5, 3]),
        ({"drop_duplicates": "b"}, "n", [1, 5]),
        ({"cast": {"n": "category"}}, "n", ["1", "5", "3", "3"]),
        ({"cast": {"f": "text"}}, "f", ["1.5", None, "3", "3"]),
        ({"cast": {"c": "boolean"}}, "c", [True, False, True, True]),
        ({"cast": {"b": "number"}}, "b", [1, 0, 1, 1]),
        ({"cast": {"b": "boolean"}}, "b", [True, False, True, True]),
        ({"clip": {"n": [2, 4]}}, "n", [2, 4, 3, 3]),
        ({"clip": {"f": [None, 2]}}, "f", [1.5, None, 2, 2]),
        ({"outliers": {"f": [2, None]}}, "f", [None, 3.0, 3.0]),
        ({"fill": {"f": 0, "d": "?"}}, "f", [1.5, 0, 3, 3]),
        ({"fill": {"d": "it's"}}, "d", ["31/12/2023", "it's", "01/02/2024", "01/02/2024"]),
        ({"rename": {"n": "f", "f": "n"}}, "f", [1, 5, 3, 3]),
        ({"replace": {"c": {"yes": "ja", "no": None}}}, "c", ["ja", None, "ja", "ja"]),
        ({"replace": {"n": {3: -1}}}, "n", [1, 5, -1, -1]),
        ("trim", "t", ["a", "b", "c", "c"]),
        ({"trim": "t"}, "t", ["a", "b", "c", "c"]),
        (
            {"parse_dates": {"d": "%d/%m/%Y"}},
            "d",
            [pd.Timestamp("2023-12-31"), None, *[pd.Timestamp("2024-02-01")] * 2],
        ),
        ({"keep": ["n", "c"]}, "c", ["yes", "no", "yes", "yes"]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_a_step_does(step: Any, column: str, wanted: list) -> None:
    table = cleaned(TABLE, step)
    cells = table.frame[column]
    assert cells.astype(object).where(cells.notna(), None).tolist() == wanted
    last = table.steps[-1]
    assert last.rows_in == len(TABLE["n"]) and last.rows_out == len(table.frame)
    assert last.rows_in == last.rows_out + sum(last.dropped.values())


def test_types_of_what_is_computed() -> None:
    clean = [{"derive": {"i": "n + 1", "x": "n / 2", "s": "t || '!'", "ok": "n > 2", "day": "date '2024-01-01'"}}]
    kinds = {name: kind.kind for name, kind in cleaned(TABLE, *clean).frame.dtypes.items()}
    assert kinds == {"n": "i", "f": "f", "t": "O", "d": "O", "b": "b", "c": "O", "i": "i", "x": "f", "s": "O",
                     "ok": "b", "day": "M"}  # fmt: skip
    frame = cleaned(TABLE, {"derive": {"i": "cast(f as int)", "ok": "f > 2"}}).frame
    assert frame["i"].dtype == "float64" and frame["ok"].tolist() == [False, None, True, True]


def test_why_rows_were_dropped() -> None:
    table = cleaned(TABLE, {"filter": "f > 2"}, "drop_duplicates")
    assert [s.dropped for s in table.steps[1:]] == [{"false": 1, "not known": 1}, {"like an earlier row": 1}]
    table = cleaned(TABLE, {"outliers": {"n": [None, 4], "f": [2, None]}})
    assert table.steps[-1].dropped == {"n above 4": 1, "f below 2": 1}


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(-5, 5)), st.sampled_from(["a", "b", None])), min_size=1, max_size=15
    ),
    st.lists(
        st.sampled_from(
            [
                {"filter": "n > 0"},
                {"filter": "t is null or n < 3"},
                "drop_duplicates",
                {"drop_duplicates": ["t"]},
                {"outliers": {"n": [-2, 3]}},
                {"derive": {"n": "n + 1"}},
                {"fill": {"t": "z"}},
            ]
        ),
        max_size=4,
    ),
)
@settings(deadline=None, max_examples=60)
def test_rows_in_are_rows_kept_and_rows_dropped(cells: list, clean: list) -> None:
    frame = pd.DataFrame(cells, columns=["n", "t"]).astype({"n": "float64", "t": object})
    frame["place"] = range(len(frame))
    if frame["t"].isna().all():
        frame.loc[0, "t"] = "a"
    try:
        table = cleaned(frame, *clean)
    except DataError as error:
        assert "leaves none of" in error.rule
        return
    before = len(frame)
    for step in table.steps[1:]:
        assert step.rows_in == before == step.rows_out + sum(step.dropped.values())
        assert all(count > 0 for count in step.dropped.values())
        before = step.rows_out
    assert before == len(table.frame)
    assert table.frame["place"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"filter": "n > missing"}, "no column 'missing' at this step"),
        ({"filter": "n"}, "true or false for a row, and this is a bigint"),
        ({"filter": "n > 100"}, "leaves none of 4 rows.*4 false"),
        ({"filter": "lower(n) = 'a'"}, "lower"),
        ({"filter": "current_date > date '2024-01-01'"}, "not give the same twice"),
        ({"derive": {"x": "t::integer"}}, "' a'.*cast: "),
        ({"derive": {"x": "n + 9223372036854775807"}}, "overflow"),
        ({"derive": {"x": "regexp_matches(t, '(')"}}, r"missing \)"),
        ({"derive": {"x": "substr(t, 'b')"}}, "derive"),
        ({"drop": ["nn"]}, "no column 'nn' at this step"),
        ({"keep": "x"}, "no column 'x'"),
        ({"drop": ["n", "f", "t", "d", "b", "c"]}, "no column is left"),
        ({"cast": {"t": "number"}}, "' a' in row 1 of 't' is no number, and 3 more"),
        ({"cast": {"n": "date"}}, "'n' is a number, and cannot be made a date"),
        ({"cast": {"n": "boolean"}}, "5 in row 2 of 'n' is no boolean, and 2 more"),
        ({"cast": {"t": "date"}}, "' a' in row 1 of 't' is no date"),
        ({"clip": {"t": [0, 1]}}, "'t' is a text, not a number"),
        ({"outliers": {"n": [50, 60]}}, "leaves none of 4 rows"),
        ({"fill": {"f": "none"}}, "'none' is a text, and 'f' a number"),
        ({"fill": {"f": "median"}}, "would be fitted on test rows"),
        ({"rename": {"n": "f"}}, "'f' is a column already"),
        ({"rename": {"n": "x", "f": "x"}}, "two columns would be named 'x'"),
        ({"replace": {"n": {"a": 1}}}, "'a' is a text, and 'n' a number"),
        ({"trim": ["n"]}, "'n' is a number, not a text"),
        ({"parse_dates": {"d": "%Y-%m-%d"}}, "'31/12/2023' in row 1 of 'd' is not of the form"),
        ({"parse_dates": {"n": "%Y"}}, "'n' is a number, not a text"),
        ({"parse_dates": {"d": "day"}}, "a format of dates has parts"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_does_not_fit_is_said_at_its_step(step: Any, words: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        cleaned(TABLE, {"derive": {"zero": "0"}}, {"drop": "zero"}, step)
    assert re.search(words, str(caught.value), re.S), str(caught.value)
    assert "clean[2]" in str(caught.value)
    assert not re.search(r"\b[crt]\d+\b", str(caught.value))


def test_cells_that_are_no_values_cannot_be_computed_with() -> None:
    table = {"image": [b"a", b"b"], "n": [1, 2]}
    assert cleaned(table, {"filter": "n > 1"}).frame["image"].tolist() == [b"b"]
    for step in ({"filter": "image is null"}, "drop_duplicates", {"fill": {"image": "x"}}):
        with pytest.raises(SpecError, match="the cells of 'image' are no numbers"):
            cleaned(table, step)


def test_a_replacement_that_finds_nothing_is_told() -> None:
    [notice] = cleaned(TABLE, {"replace": {"c": {"yess": "ja"}}}).notices
    assert "finds no 'yess' in 'c'" in notice.rule


def test_check_follows_the_names_without_reading_a_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,n\n1,2\n")
    (tmp_path / "b.csv").write_text("id,z\n1,2\n")
    text = """\
collect:
  tables: {a: a.csv, b: b.csv}
  join:
    - {with: b, on: id, prefix: b_}
  clean:
    - derive: {late: "n > b_z", early: "nn > 3"}
    - rename: {n: m}
    - filter: "n > 1"
    - drop: [id]
represent: {target: latte}
"""
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        check(path)
    places = [(f.place.line, f.rule, f.cure) for f in caught.value.faults if f.place]
    assert places == [
        (6, "no column 'nn' at this step", "did you mean 'n'?"),
        (8, "no column 'n' at this step", "one of: id, m, b_z, late, early"),
    ]
    path.write_text(text.replace("nn > 3", "n > 3").replace('"n > 1"', '"m > 1"'))
    with pytest.raises(SpecError, match=r"r\.yaml:10:21: no column 'latte' in the data\n.*\n.*did you mean 'late'"):
        check(path)
    path.write_text(text.replace("nn > 3", "n > 3").replace('"n > 1"', '"m > 1"').replace("latte", "late"))
    check(path)


def test_a_recipe_with_joins_and_cleaning_is_written_and_read_again() -> None:
    data = {
        "collect": {
            "tables": {"a": "a.csv", "b": "b.csv"},
            "join": [
                {"with": "b", "on": ["k", {"l": "m"}], "as_of": {"t": "u"}, "tolerance": "2d", "prefix": "b_"},
                {"with": "b", "on": "k", "as_of": "t", "tolerance": 0},
                {"with": "b", "on": "k", "how": "inner", "expect": "one_to_one", "cast": {"k": "number"}},
                {"with": "b", "on": "k", "aggregate": {"n": "count(*)"}, "before": "t"},
            ],
            "clean": ["trim", {"clip": {"x": [0, None]}}, {"replace": {"x": {"a": None}}}, {"drop": ["q"]}],
        },
        "represent": {"target": "y"},
    }
    recipe = Recipe.parse(data)
    assert Recipe.parse(recipe.as_plain()) == recipe
    assert Recipe.parse(recipe.as_plain()).collect == recipe.collect
    assert recipe.collect.join[1].interval == "0.0" and recipe.collect.join[0].interval == "2 day"
    import jsonschema

    from protokit.recipe.schema import schema

    validator = jsonschema.Draft202012Validator(schema())
    validator.validate(data)
    validator.validate(recipe.as_plain())
    for wrong in ({"join": [{"on": "k"}]}, {"clean": ["filter"]}, {"clean": [{"clip": {"x": 1}}]}):
        assert not validator.is_valid({**data, "collect": {"tables": {"a": "a.csv"}, **wrong}})


@pytest.mark.parametrize(
    ("collect", "words"),
    [
        ({"join": [{"wiht": "b", "on": "k"}]}, "did you mean 'with'"),
        ({"join": [{"with": "b"}]}, "a join needs 'on'"),
        ({"join": [{"with": "b", "on": []}]}, "a list of different columns"),
        ({"join": [{"with": "b", "on": [5]}]}, "names columns, not 5"),
        ({"join": "b"}, "joins are a list"),
        ({"join": ["b"]}, "a join is a mapping"),
        ({"join": [{"with": "bb", "on": "k"}]}, "there is no table 'bb'"),
        ({"join": [{"with": "a", "on": "k"}]}, "holds the rows"),
        ({"join": [{"with": "b", "on": "k", "how": "outer"}]}, "one of: left, inner"),
        ({"join": [{"with": "b", "on": "k", "expect": "many_to_on"}]}, "did you mean 'many_to_one'"),
        ({"join": [{"with": "b", "on": "k", "before": "t"}]}, "'before' is for 'aggregate'"),
        ({"join": [{"with": "b", "on": "k", "tolerance": "2d"}]}, "'tolerance' is for 'as_of'"),
        ({"join": [{"with": "b", "on": "k", "as_of": "t", "tolerance": "2 moons"}]}, "write 2d"),
        ({"join": [{"with": "b", "on": "k", "as_of": ["t", "u"]}]}, "as_of is one pair"),
        ({"join": [{"with": "b", "on": "k", "as_of": "t", "expect": "one_to_one"}]}, "as_of finds one row"),
        ({"join": [{"with": "b", "on": "k", "aggregate": {"n": "price"}}]}, "nothing of several rows"),
        ({"join": [{"with": "b", "on": "k", "aggregate": {"n": "count(*)"}, "as_of": "t"}]}, "cannot stand beside"),
        (
            {"join": [{"with": "b", "on": "k", "aggregate": {"n": "count(*)"}, "expect": "one_to_one"}]},
            "one row for each",
        ),
        ({"join": [{"with": "b", "on": "k", "cast": {"k": "nmber"}}]}, "did you mean 'number'"),
        ({"clean": [{"filtr": "a"}]}, "did you mean 'filter'"),
        ({"clean": ["filter"]}, "filter says nothing"),
        ({"clean": [{"drop": "a", "keep": "b"}]}, "not 2 keys"),
        ({"clean": {"drop": "a"}}, "cleaning is a list"),
        ({"clean": [{"derive": "a > 1"}]}, "derive is a mapping"),
        ({"clean": [{"filter": "read_csv('x')"}]}, "outside of the table"),
        ({"clean": [{"derive": {"x": "sum(a)"}}]}, "test rows into training"),
        ({"clean": [{"clip": {"a": [5, 1]}}]}, "above the upper"),
        ({"clean": [{"clip": {"a": "p99"}}]}, "fitted on test rows"),
        ({"clean": [{"fill": {"a": "mean"}}]}, "from training rows only"),
        ({"clean": [{"cast": {"a": "int"}}]}, "unknown type 'int'"),
        ({"clean": [{"parse_dates": {"a": "%Q"}}]}, "unknown part '%Q'"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_wrong_in_the_recipe_is_said_in_words(collect: dict, words: str) -> None:
    data = {"collect": {"tables": {"a": "a.csv"}, **collect}, "represent": {"target": "y"}}
    if "join" in collect:
        data["collect"]["tables"]["b"] = "b.csv"
    with pytest.raises(SpecError) as caught:
        Recipe.parse(data)
    found = [fault for fault in caught.value.faults if "is not used" not in fault.rule]
    assert len(found) == 1 and words in str(found[0]), str(caught.value)


def test_a_table_without_steps_does_not_pass_through_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    from protokit.collect import gather

    monkeypatch.setattr(gather, "Warehouse", None)
    frame = pd.DataFrame({"y": [1, 2]})
    assert cleaned(frame).frame.equals(frame)
