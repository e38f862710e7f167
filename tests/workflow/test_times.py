"""Times are the same through every door: columns, casts, joins, splits, series, constants, later tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.bundle.input_schema import InputSchema
from protokit.collect.collect import cleaned, collect
from protokit.collect.words import Collect
from protokit.core.errors import DataError, SpecError
from protokit.core.values.said import Notice
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.times import times
from protokit.represent.kinds.date import Date
from protokit.represent.series.time_index import TimeIndex
from protokit.workflow.check import check
from protokit.workflow.look.table import table as look
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.collecting import collected, held
from protokit.workflow.run.representing import represent

FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000+00:00", "%d-%b-%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p", "%B %d, %Y %H:%M:%S", "%d/%m/%y %H:%M:%S",
)  # fmt: skip


def gathered(frame: pd.DataFrame, clean: list[Any]) -> Table:
    return collect(Collect.of(clean=clean), Path(), frame)


def joined(rows: dict[str, Any], other: dict[str, Any], **join: Any) -> Table:
    spec = {"with": "p", "on": "k", **({} if "before" in join else {"as_of": "day"}), **join}
    return collect(Collect.of(join=[spec]), Path(), {"t": pd.DataFrame(rows), "p": pd.DataFrame(other)})


def encoded(frame: pd.DataFrame, **said: Any) -> tuple[Encoder, list[str]]:
    recipe = Recipe.parse({"represent": {"target": "y", **said}})
    [fold] = represent(recipe, Table(frame))
    assert isinstance(fold.encoder, Encoder)
    return fold.encoder, [str(notice) for notice in fold.notices]


def rules(notices: tuple[Notice, ...]) -> str:
    return "\n".join(map(str, notices))


def column_of(frame: pd.DataFrame, name: str, **said: Any) -> Date:
    [column] = [one for one in encoded(frame, **said)[0].columns if one.column == name]
    assert isinstance(column, Date)
    return column


# a day past the twelfth is among them, and two-digit years are of this century
MOMENTS = st.lists(
    st.datetimes(datetime(2001, 1, 1), datetime(2060, 1, 1)).map(lambda one: one.replace(microsecond=0)),
    min_size=2,
    max_size=5,
    unique=True,
).map(lambda some: list(dict.fromkeys([*some, datetime(2021, 5, 13, 1)])))


@settings(max_examples=25)
@given(MOMENTS, st.sampled_from(FORMS))
def test_every_door_reads_the_same_moments(moments: list[datetime], form: str) -> None:
    texts = [one.strftime(form) for one in moments]
    frame = pd.DataFrame({"d": texts, "y": range(len(texts))})
    wanted = np.array(moments, "datetime64[us]")
    for steps in ([{"cast": {"d": "date"}}], [{"parse_dates": {"d": {}}}], [{"parse_dates": {"d": _strptime(form)}}]):
        np.testing.assert_array_equal(gathered(frame, steps).frame["d"].to_numpy().astype("datetime64[us]"), wanted)
    np.testing.assert_array_equal(times(frame, "d"), wanted.astype(np.int64))
    column = Date.fit(frame["d"])
    np.testing.assert_array_equal(column.instants(frame["d"]), wanted)
    np.testing.assert_array_equal(column.instants(pd.Series(wanted, name="d")), wanted)
    # each row finds itself: the latest price at or before its own time
    rows = {"k": ["a"] * len(texts), "day": texts}
    found = joined({**rows, "y": range(len(texts))}, {**rows, "price": range(len(texts))}, expect="many_to_many")
    assert found.frame["price"].tolist() == list(range(len(texts)))


def _strptime(form: str) -> str:
    return form.replace(".000+00:00", ".%g%z")


def test_a_price_from_the_future_is_never_joined() -> None:
    found = joined(
        {"k": ["a"], "day": ["2021-03-01T10:30:00+05:00"], "y": [1]},
        {"k": ["a", "a"], "day": ["2021-03-01T05:00:00+00:00", "2021-03-01T06:00:00+00:00"], "price": [10, 20]},
    )
    assert found.frame["price"].tolist() == [10] and "UTC" in rules(found.notices)
    assert found.frame["day"].tolist() == ["2021-03-01T10:30:00+05:00"]


def test_both_sides_of_a_join_are_read_in_one_order() -> None:
    rows = {"k": ["a", "a"], "day": ["02/03/21", "05/01/22"], "y": [1, 2]}
    prices = {"k": ["a"] * 3, "day": ["01/03/21", "04/01/22", "28/02/21"], "price": [10, 20, 5]}
    found = joined(rows, prices)
    assert found.frame["price"].tolist() == [10, 20] and "1969 to 2068" in rules(found.notices)
    prices["day"] = ["01/03/2021", "04/01/2022", "08/02/2021"]
    rows["day"] = ["02/03/2021", "05/01/2022"]
    with pytest.raises(DataError, match="no cell tells it") as caught:  # a guess might join the future
        joined(rows, prices)
    assert caught.value.cure == "say which: dates: {order: month}, or dates: {order: day}"
    assert joined(rows, prices, dates={"order": "day"}).frame["price"].tolist() == [10, 20]
    for order, wanted in (("day", [10, 20]), ("month", [10, 20])):
        assert joined(rows, prices, dates={"order": order}).frame["price"].tolist() == wanted


def test_times_without_an_offset_against_those_with_one() -> None:
    rows: dict[str, Any] = {"k": ["a"], "day": ["2021-07-01 10:30:00"], "y": [1]}
    prices = {"k": ["a", "a"], "day": ["2021-07-01T08:00:00Z", "2021-07-01T10:00:00Z"], "price": [1, 2]}
    found = joined(rows, prices)
    assert found.frame["price"].tolist() == [2] and "taken for UTC" in rules(found.notices)
    for day in (rows["day"], pd.to_datetime(rows["day"])):
        found = joined({**rows, "day": day}, prices, dates={"zone": "Europe/Madrid"})
        assert found.frame["price"].tolist() == [1] and "taken for UTC" not in rules(found.notices)
    typed = {**prices, "day": pd.to_datetime(prices["day"])}
    assert joined(rows, typed).frame["price"].tolist() == [2]
    seconds = {**prices, "day": [1625126400, 1625133600]}
    assert joined(rows, seconds, dates={"epoch": "seconds"}).frame["price"].tolist() == [2]
    with pytest.raises(SpecError, match="times of one kind"):
        joined(rows, seconds)


def test_before_reads_times_too() -> None:
    found = joined(
        {"k": ["a"], "day": ["2021-03-01T10:30:00+05:00"], "y": [1]},
        {"k": ["a", "a"], "at": ["2021-03-01T05:00:00Z", "2021-03-01T06:00:00Z"], "price": [10, 20]},
        before={"day": "at"},
        aggregate={"n": "count(*)"},
    )
    assert found.frame["n"].tolist() == [1]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["03/04/11", "13/04/11"], ["2011-04-03", "2011-04-13"]),
        (["2011-04-03T23:30:00-05:00", "2011-04-13T00:30:00+02:00"], ["2011-04-04 04:30:00", "2011-04-12 22:30:00"]),
        (
            ["2011-04-03 23:30:00 America/New_York", "2011-04-13 00:30:00 Europe/Paris"],
            ["2011-04-04 03:30:00", "2011-04-12 22:30:00"],
        ),
        (["9999-12-31", "0001-01-01"], ["9999-12-31", "0001-01-01"]),
        ([20210301, 20210302], ["2021-03-01", "2021-03-02"]),
    ],
)
def test_casts(cells: list[object], wanted: list[str]) -> None:
    found = gathered(pd.DataFrame({"d": cells}), [{"cast": {"d": "date"}}]).frame["d"]
    np.testing.assert_array_equal(found.to_numpy().astype("datetime64[us]"), np.array(wanted, "datetime64[us]"))


def test_what_a_cast_cannot_tell_names_the_edits() -> None:
    frame = pd.DataFrame({"d": ["11-04-03", "12-04-13"]})
    with pytest.raises(DataError) as caught:
        gathered(frame, [{"cast": {"d": "date"}}])
    assert caught.value.path == ("collect", "clean", 0, "cast", "d")
    assert str(caught.value.cure).startswith("say which: cast: {d: {date: {order: year}}}, or cast: {d: {date: ")
    found = gathered(frame, [{"cast": {"d": {"date": {"order": "year"}}}}]).frame["d"]
    assert found.astype(str).tolist() == ["2011-04-03", "2012-04-13"]
    with pytest.raises(SpecError, match="looks like seconds since 1970") as wrong:
        gathered(pd.DataFrame({"d": [1614556800]}), [{"cast": {"d": "date"}}])
    assert "{d: {date: {epoch: seconds}}}" in str(wrong.value)
    found = gathered(pd.DataFrame({"d": [1614556800]}), [{"cast": {"d": {"date": {"epoch": "seconds"}}}}]).frame["d"]
    assert found.astype(str).tolist() == ["2021-03-01"]


@pytest.mark.parametrize(
    ("clean", "rule"),
    [
        ({"cast": {"d": {"date": {"order": "dy"}}}}, "unknown order 'dy'"),
        ({"cast": {"d": {"category": {}}}}, "a column is cast to one type"),
        ({"cast": {"d": {"number": {}}}}, "nothing is said of how numbers are written"),
        ({"parse_dates": {"d": {"zone": "Europe/Nowhere"}}}, "is no zone of time"),
        ({"parse_dates": {"d": {"ordr": "day"}}}, "unknown key 'ordr'"),
    ],
)
def test_what_may_be_said_of_dates(clean: Any, rule: str) -> None:
    with pytest.raises(SpecError, match=rule):
        Collect.of(clean=[clean])


def test_a_model_reads_later_tables_as_the_rows_of_training_decided() -> None:
    table = gathered(pd.DataFrame({"d": ["01/02/2024", "13/02/2024"]}), [{"cast": {"d": "date"}}])
    schema = InputSchema.of(Collect.of(clean=[{"cast": {"d": "date"}}]), ["d"], clean=table.clean)
    assert schema.clean == ({"cast": {"d": {"date": {"order": "day"}}}},)
    later = InputSchema.from_plain(schema.as_plain()).cleaned(pd.DataFrame({"d": ["01/02/2024"]}), ["d"])
    assert later["d"].astype(str).tolist() == ["2024-02-01"]
    table = gathered(pd.DataFrame({"d": ["01/02/2024", "13/02/2024"]}), [{"parse_dates": {"d": {}}}])
    assert [step.as_plain() for step in table.clean] == [{"parse_dates": {"d": {"order": "day"}}}]  # type: ignore[attr-defined]


def test_constants_held_against_dates_are_times() -> None:
    frame = pd.DataFrame({"d": pd.to_datetime(["2021-03-01 05:00:00", "2021-03-01 06:00:00"]), "y": [1, 2]})
    for text in ("'2021-03-01T10:30:00+05:00'", "timestamp '2021-03-01T10:30:00+05:00'"):
        assert cleaned(frame, [{"filter": f"d > {text}"}])["y"].tolist() == [2]
    assert cleaned(frame, [{"filter": "d between '1 Mar 2021' and '2021-03-01T05:30Z'"}])["y"].tolist() == [1]
    assert cleaned(frame, [{"filter": "d in ('2021-03-01T06:00:00Z')"}])["y"].tolist() == [2]
    with pytest.raises(SpecError, match="'03/04/21' is no date"):
        cleaned(frame, [{"filter": "d > '03/04/21'"}])
    found = cleaned(frame, [{"replace": {"d": {"2021-03-01T10:00:00+05:00": "9999-12-31"}}}])["d"]
    assert found.astype(str).tolist()[0].startswith("9999-12-31")


def test_a_cast_within_an_expression_that_would_read_another_moment_is_refused() -> None:
    for text in ("2021-03-01T10:30:00+05:00", "03/04/11"):
        with pytest.raises(DataError, match="drops offsets") as caught:
            cleaned(pd.DataFrame({"d": ["2021-03-01", text]}), [{"filter": "try_cast(d as date) > date '2020-01-01'"}])
        assert caught.value.cure == "- cast: {d: date} before"
    frame = pd.DataFrame({"d": ["2021-03-01", "2021-03-02 10:00", "soon"]})
    assert len(cleaned(frame, [{"filter": "try_cast(d as date) > date '2021-03-01'"}])) == 1


def forms() -> pd.DataFrame:
    start = datetime(2021, 3, 1)
    moments = [start + timedelta(hours=7 * i) for i in range(60)]
    frame = pd.DataFrame({"y": np.random.default_rng(0).normal(size=60)})
    for name, form in {
        "twodigit": "%d/%m/%y", "named": "%d-%b-%Y", "ampm": "%m/%d/%Y %I:%M:%S %p", "clock": "%I:%M:%S %p",
        "frac": "%Y-%m-%d %H:%M:%S.000", "offset": "%Y-%m-%dT%H:%M:%S+01:00", "zulu": "%Y-%m-%dT%H:%M:%S.000Z",
    }.items():  # fmt: skip
        frame[name] = [one.strftime(form) for one in moments]
    frame["epoch"] = [int((one - datetime(1970, 1, 1)).total_seconds()) for one in moments]
    frame["compact"] = [int(one.strftime("%Y%m%d")) for one in moments]
    return frame


def test_forms_are_dates_or_it_is_said_how_to_have_them_read() -> None:
    encoder, notices = encoded(forms())
    dates = dict.fromkeys(("twodigit", "named", "ampm", "frac", "offset", "zulu"), "date")
    assert encoder.kinds == {**dates, "clock": "time_of_day", "epoch": "number", "compact": "number"}
    told = "\n".join(notices)
    assert "'epoch' is read as numbers" in told and "'compact' is read as numbers" in told
    for cure in ("{epoch: {date: {epoch: seconds}}}", "{compact: date}", "{clock: duration}"):
        assert f"columns: {cure}" in told
    said = {"epoch": {"date": {"epoch": "seconds"}}, "compact": "date"}
    encoder, _ = encoded(forms(), columns=said)
    columns = {one.column: one for one in encoder.columns if isinstance(one, Date)}
    frame = forms()
    for one, other in (("epoch", "frac"), ("compact", "named")):
        np.testing.assert_array_equal(columns[one].numbers(frame[one]), columns[other].numbers(frame[other]))


def test_two_digit_years_of_an_open_order_are_left_out_with_the_edits() -> None:
    frame = pd.DataFrame({"d": ["01/03/21", "02/03/21", "03/04/21"] * 10, "x": range(30), "y": ["a", "b", "c"] * 10})
    encoder, notices = encoded(frame)
    assert "d" not in encoder.kinds
    assert "columns: {d: {date: {order: day}}}, or columns: {d: {date: {order: month}}}" in "\n".join(notices)
    with pytest.raises(DataError, match="leave the order open"):
        encoded(frame, columns={"d": "date"})
    column = column_of(frame, "d", columns={"d": {"date": {"order": "day"}}})
    assert str(column.instants(frame["d"])[0])[:10] == "2021-03-01"


def test_the_order_is_decided_from_the_test_table_too() -> None:
    train = [f"{day:02}/{month:02}/2023" for month in range(1, 7) for day in range(1, 13)]
    test = [f"{day:02}/01/2024" for day in range(1, 32)]
    days = [*train, *test]
    frame = pd.DataFrame({"day": days, "x": np.arange(len(days)) % 7, "y": [float(text[3:5]) for text in days]})
    parts = np.array(["t"] * len(train) + ["e"] * len(test))
    recipe = Recipe.parse(
        {"collect": {"tables": {"t": "t.csv", "e": "e.csv"}}, "represent": {"target": "y", "split": {"test": "e"}}}
    )
    [fold] = represent(recipe, Table(frame, parts))
    assert "'day' is read as day/month/year" in rules(fold.notices)
    encoder = fold.encoder
    assert isinstance(encoder, Encoder)
    [column] = [one for one in encoder.columns if isinstance(one, Date)]
    assert column.order == "day" and str(column.instants(frame["day"])[1])[:10] == "2023-01-02"


def test_rows_are_split_by_times_with_offsets() -> None:
    stamps = [datetime(2024, 3, 1) + timedelta(hours=8 * i) for i in range(60)]
    texts = [f"{one.isoformat()}+01:00" for one in stamps]
    frame = pd.DataFrame({"at": texts, "x": np.arange(60) % 7, "y": np.arange(60.0)})
    for split in ({"by": {"time": "at"}}, {"by": {"time": "at"}, "folds": 4}):
        recipe = Recipe.parse({"represent": {"target": "y", "split": split}})
        for fold in represent(recipe, Table(frame)):
            assert fold.split.train.max() < fold.split.test.min()
            assert "'at' has times with an offset" in rules(fold.notices)
    with pytest.raises(DataError, match="no time, such as 'soon'"):
        represent(recipe, Table(frame.assign(at=[*texts[:4], "soon", *texts[5:]])))


def test_a_split_by_time_guesses_no_order(tmp_path: Path) -> None:
    texts = [f"{1 + i % 12:02}/{1 + i // 12:02}/2024" for i in range(60)]
    frame = pd.DataFrame({"at": texts, "x": np.arange(60) % 7, "y": np.arange(60.0)})
    for said in ({}, {"at": "ignore"}):  # a guess might test the past
        with pytest.raises(DataError, match="no cell tells it") as caught:
            encoded(frame, columns=said, split={"by": {"time": "at"}})
        for order in ("day", "month"):
            assert f"columns: {{at: {{date: {{order: {order}}}}}}}" in str(caught.value.cure)
    frame.to_csv(tmp_path / "t.csv", index=False)
    on_disk: dict[str, Any] = {"collect": {"tables": {"t": str(tmp_path / "t.csv")}}}
    for order in ("", "day", "month"):
        columns = {"at": {"date": {"order": order}}} if order else {}
        on_disk["represent"] = {"target": "y", "columns": columns, "split": {"by": {"time": "at"}}}
        asked = Recipe.parse(on_disk)
        if not order:
            with pytest.raises(DataError, match="no cell tells it"), held(asked, memory="64MB"):
                pass
            continue
        with held(asked, memory="64MB") as large:
            parts = {part: pd.concat(list(large.batches(part)))["at"] for part in ("train", "validation", "test")}
        form = "%d/%m/%Y" if order == "day" else "%m/%d/%Y"
        times = [pd.to_datetime(parts[part], format=form) for part in ("train", "validation", "test")]
        assert times[0].max() < times[1].min() and times[1].max() < times[2].min()
    recipe = Recipe.parse(
        {"represent": {"target": "y", "columns": {"at": {"date": {"order": "day"}}}, "split": {"by": {"time": "at"}}}}
    )
    [fold] = represent(recipe, Table(frame))
    assert fold.split.train.max() < fold.split.test.min()


def test_a_series_whose_steps_are_as_even_either_way_guesses_no_order() -> None:
    with pytest.raises(DataError, match="no cell tells it"):
        TimeIndex.reading(pd.Series(["01/02/2024", "02/01/2024"], name="at"))
    later = TimeIndex.reading(pd.Series(pd.to_datetime(["2024-01-02", "2024-02-01"]), name="at"))
    with pytest.raises(DataError, match="no cell tells it") as caught:
        later.stamps(pd.Series(["01/02/2024", "02/01/2024"], name="at"))
    assert str(caught.value.cure).startswith("write")  # the recipe is of the past


def far() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    until = rng.choice(["9999-12-31", "0001-01-01", "2025-06-01", "2024-05-01"], 120)
    born = [f"{1880 + i:04}-0{1 + i % 9}-11" for i in range(120)]
    return pd.DataFrame({"until": until, "born": born, "y": rng.choice(["a", "b"], 120)})


@pytest.mark.parametrize("kind", ["texts", "dates", "stamps", "parquet", "aggregate"])
def test_dates_of_the_years_1_to_9999(kind: str, tmp_path: Path) -> None:
    frame = far()
    stamps = frame["until"].to_numpy(dtype="datetime64[us]")
    if kind == "dates":
        frame["until"] = pd.Series([date.fromisoformat(text) for text in frame["until"]], dtype=object)
    elif kind != "texts":
        frame["until"] = pd.Series(stamps)
    plain: dict[str, Any] = {"represent": {"target": "y"}}
    given: Any = frame
    if kind == "parquet":
        frame.to_parquet(tmp_path / "far.parquet")
        plain["collect"], given = {"tables": {"t": str(tmp_path / "far.parquet")}}, None
    if kind == "aggregate":
        last = {"last": "max(until)", "first": "min(until)"}
        plain["collect"] = {
            "tables": {"t": "t.csv", "p": "p.csv"},
            "join": [{"with": "p", "on": "y", "aggregate": last}],
        }
        given = {"t": frame, "p": frame.rename(columns={"born": "day"})}
    recipe = Recipe.parse(plain)
    table = collected(recipe, given)
    if kind == "aggregate":
        assert {str(one)[:10] for one in table.frame["last"]} == {"9999-12-31"}
        assert {str(one)[:10] for one in table.frame["first"]} == {"0001-01-01"}
    [fold] = represent(recipe, table)
    assert isinstance(fold.encoder, Encoder) and fold.encoder.kinds["until"] == "date"
    [column] = [one for one in fold.encoder.columns if one.column == "until"]
    assert isinstance(column, Date)
    np.testing.assert_array_equal(column.instants(table.frame["until"]), stamps)
    assert np.isfinite(fold.encoder.encode(table.frame)[1].numbers).all()
    audit(recipe, table, [fold])
    assert [one.kind for one in look(frame).columns] == ["date", "date", "category"]


def test_check_and_series_of_far_dates(tmp_path: Path) -> None:
    far().to_csv(tmp_path / "data.csv", index=False)
    path = tmp_path / "recipe.yaml"
    path.write_text("name: far\ncollect:\n  tables: {t: data.csv}\nrepresent: {target: y}\n")
    assert check(path).represent.target == "y"
    years = pd.DataFrame({"t": [f"{9900 + i}-01-01" for i in range(90)], "y": np.random.default_rng(0).normal(size=90)})
    recipe = Recipe.parse({"represent": {"target": "y", "series": {"time": "t", "window": 6, "horizon": 3}}})
    [fold] = represent(recipe, Table(years))
    assert "one row each year" in str(fold.steps)


def waits(unit: str) -> pd.DataFrame:
    hours = np.arange(80) % 50
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    wait = pd.Series((hours * 3600 * per).astype(f"timedelta64[{unit}]"))
    return pd.DataFrame({"wait": wait, "x": np.arange(80) % 7, "y": np.where(hours > 24, "late", "early")})


def test_a_duration_is_its_seconds_whatever_unit_and_source(tmp_path: Path) -> None:
    encoder, _ = encoded(waits("us"))
    assert encoder.kinds["wait"] == "duration"
    wanted = encoder.encode(waits("us"))[0]["numbers"]
    hours = np.arange(80) % 50
    for unit in ("s", "ms", "us", "ns"):
        path = tmp_path / f"{unit}.parquet"
        waits(unit).to_parquet(path)
        recipe = Recipe.parse({"collect": {"tables": {"t": str(path)}}, "represent": {"target": "y"}})
        for frame in (waits(unit), collected(recipe).frame):
            np.testing.assert_array_equal(encoder.encode(frame)[0]["numbers"], wanted)
    texts = [f"{hour // 24} days {hour % 24:02}:00:00" for hour in hours]
    for cells in (texts, [f"PT{hour}H" for hour in hours], hours * 3600, [timedelta(hours=int(h)) for h in hours]):
        frame = waits("us").assign(wait=pd.Series(cells))
        np.testing.assert_array_equal(encoder.encode(frame)[0]["numbers"], wanted)
        assert encoded(frame, columns={"wait": "duration"})[0].kinds["wait"] == "duration"
    with pytest.raises(DataError, match="is not a length of time"):
        encoder.encode(waits("us").assign(wait="soon"))
    assert cleaned(waits("ns"), [{"filter": "wait > 3600 * 24"}])["y"].unique().tolist() == ["late"]


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S.000Z"])
def test_a_later_table_may_have_another_type(form: str) -> None:
    stamps = pd.date_range("2024-01-01", periods=60, freq="7h").floor("min")
    texts = stamps.strftime(form)
    frame = pd.DataFrame({"d": texts, "y": [float(i % 5) for i in range(60)]})
    encoder, _ = encoded(frame)
    wanted = encoder.encode(frame)[0]["numbers"]
    for cells in (
        stamps.as_unit("ns"), stamps.as_unit("s"), stamps.tz_localize("UTC"), list(stamps.to_pydatetime()),
        stamps.tz_localize("UTC").tz_convert("Asia/Tokyo"), stamps.strftime("%Y-%m-%d %H:%M"),
    ):  # fmt: skip
        later = frame.assign(d=pd.Series(cells))
        np.testing.assert_array_equal(encoder.encode(later)[0]["numbers"], wanted)


def test_a_later_cell_of_an_open_order_is_refused() -> None:
    frame = pd.DataFrame({"d": pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d"), "y": np.arange(60) % 5})
    encoder, _ = encoded(frame)
    with pytest.raises(DataError, match="'01/02/2024' is not a date like 2024-12-31"):
        encoder.encode(frame.assign(d="01/02/2024"))


def test_a_few_cells_of_another_order_are_not_read_as_missing() -> None:
    days = [f"{13 + i % 15}/01/2024" for i in range(99)]
    frame = pd.DataFrame({"d": [*days, "01/14/2024"], "y": np.arange(100) % 5})
    _, notices = encoded(frame.assign(x=np.arange(100) % 7))
    assert "no one order of day, month and year reads every cell" in "\n".join(notices)
