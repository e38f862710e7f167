"""Times whose type has a zone are moments: no `zone` of the recipe moves them, whatever they come from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from protokit.collect.collect import cleaned, collect
from protokit.collect.words import Collect
from protokit.core.values.tables import Table
from protokit.grammar.readings import DateOptions
from protokit.represent.kind import FitContext
from protokit.represent.kinds.date import Date

MADRID = {"date": {"zone": "Europe/Madrid"}}


def zoned(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts)).tz_localize("Europe/Berlin"))


def gathered(tables: dict[str, object], **spec: object) -> Table:
    return collect(Collect.of(tables={name: f"{name}.csv" for name in tables}, **spec), Path(), tables)


def test_a_zone_does_not_move_a_column_that_has_one() -> None:
    frame = pd.DataFrame({"t": zoned("2021-03-01 11:00", "2021-03-02 00:00"), "y": [1, 2]})
    table = collect(Collect.of(), Path(), frame)
    [notice] = [one for one in table.notices if "UTC" in one.rule]
    assert notice.columns == ("t",) and notice.cure is None
    fitted = Date.fit(table.frame["t"], DateOptions(zone="Europe/Madrid"))
    assert fitted.dates(table.frame["t"]).astype(str).tolist() == ["2021-03-01 10:00:00", "2021-03-01 23:00:00"]
    found = cleaned(frame, [{"cast": {"t": MADRID}}])["t"]
    assert found.tolist() == [pd.Timestamp("2021-03-01 10:00Z"), pd.Timestamp("2021-03-01 23:00Z")]
    texts = pd.DataFrame({"t": ["2021-03-01T10:00:00Z", "2021-03-01T23:00:00Z"], "y": [1, 2]})
    assert cleaned(texts, [{"cast": {"t": MADRID}}])["t"].tolist() == found.dt.tz_localize(None).tolist()


def test_a_file_of_moments_stays_one_of_moments(tmp_path: Path) -> None:
    frame = pd.DataFrame({"t": zoned("2021-03-01 11:00", "2021-03-02 00:00"), "y": [1, 2]})
    frame.to_parquet(tmp_path / "t.parquet")
    for clean in ([], [{"filter": "y > 0"}]):
        table = collect(Collect.of(tables={"t": "t.parquet"}, clean=clean), tmp_path)
        fitted = Date.fit(table.frame["t"], DateOptions(zone="Europe/Madrid"), FitContext())
        assert fitted.dates(table.frame["t"]).astype(str).tolist() == ["2021-03-01 10:00:00", "2021-03-01 23:00:00"]


@pytest.mark.parametrize("left_is_zoned", [True, False])
def test_a_join_by_time_takes_no_row_of_the_future(left_is_zoned: bool) -> None:
    moments = pd.DataFrame({"t": zoned("2021-03-01 09:30", "2021-03-01 10:30"), "p": [930, 1030], "k": 1})
    local = pd.DataFrame({"t": ["2021-03-01 10:00:00", "2021-03-01 10:45:00"], "q": [1000, 1045], "k": 1})
    a, b = (moments, local) if left_is_zoned else (local, moments)
    found = gathered(
        {"a": a, "b": b}, join=[{"with": "b", "on": "k", "as_of": "t", "dates": {"zone": "Europe/Madrid"}}]
    ).frame
    # 10:00 in Madrid is 09:00Z, 10:45 is 09:45Z; the moments are 08:30Z and 09:30Z
    assert found["q" if left_is_zoned else "p"].astype("Int64").tolist() == (
        [pd.NA, 1000] if left_is_zoned else [930, 1030]
    )


def test_steps_take_columns_with_a_zone() -> None:
    frame = pd.DataFrame({"t": zoned("2021-03-01 11:00", "2021-03-02 00:00"), "y": [1, 2]})
    assert cleaned(frame, [{"filter": "t > '2021-03-01T10:30:00Z'"}])["y"].tolist() == [2]
    frame.loc[0, "t"] = None
    assert cleaned(frame, [{"fill": {"t": "2020-01-01"}}])["t"].isna().sum() == 0
    other = pd.DataFrame({"t": pd.to_datetime(["2021-03-01 23:00"]), "z": [5]})
    table = gathered({"a": frame, "b": other}, join=[{"with": "b", "on": "t"}])
    assert table.frame["z"].tolist()[1] == 5 and any("taken for UTC" in one.rule for one in table.notices)
