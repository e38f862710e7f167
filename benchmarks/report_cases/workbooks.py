"""Workbooks and tables of web pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from report_cases.report import Outcome, judged, put, report, tried


def _book(folder: Path, rows: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


@report(
    "pandas-dev/pandas#46895",
    "Zip codes as texts in a workbook, some with a leading zero",
    "02494 stays",
)
def zips_in_a_workbook(folder: Path) -> Outcome:
    rows = [[f"{zip_:05}", i] for i, zip_ in enumerate([2494, 12010, 97007, 14224] * 6)]
    frame = tried(_book(folder, [["Zip", "y"], *rows])).frame
    return judged(right=frame["Zip"].tolist()[:3] == ["02494", "12010", "97007"])


@report(
    "tidyverse/readxl#667",
    "A workbook's column is blank in the first 1,500 rows",
    "The late cells are there",
)
def late_cells_in_a_workbook(folder: Path) -> Outcome:
    rows = [[i, None, i % 2] for i in range(1500)] + [[i, f"note {i % 3}", i % 2] for i in range(30)]
    frame = tried(_book(folder, [["n", "note", "y"], *rows])).frame
    return judged(right=frame["note"].dropna().tolist()[:2] == ["note 0", "note 1"] and len(frame) == 1530)


@report(
    "tidyverse/readxl#220",
    "Cells of a workbook are merged over several rows",
    "The value for each row it covers, or told",
)
def merged_cells(folder: Path) -> Outcome:
    rows = [["city", "n", "y"]]
    for i in range(10):
        rows += [[f"c{i % 3}", i, 1], [None, i, 2], [None, i, 3]]  # type: ignore[list-item]
    table = tried(_book(folder, rows, [f"A{2 + 3 * i}:A{4 + 3 * i}" for i in range(10)]))
    if table.error:
        return judged(right=False, told="merged" in table.error)
    filled = table.frame["city"].tolist()[:6] == ["c0"] * 3 + ["c1"] * 3
    return judged(right=filled, told="merged" in table.said)


@report(
    "pandas-dev/pandas#29668",
    "Cells of a workbook are #DIV/0!",
    "Missing and told; the column is numbers",
)
def errors_of_a_workbook(folder: Path) -> Outcome:
    rows = [[i + 0.5, "#DIV/0!" if i % 7 == 0 else i * 1.5, i % 2] for i in range(30)]
    table = tried(_book(folder, [["a", "b", "y"], *rows]))
    missing = int(table.frame["b"].isna().sum())
    return judged(
        right=False,
        told=missing == 5 and "5 cells hold an error of Excel" in table.said and table.numbers("b")[1] == 1.5,
    )


@report(
    "pandas-dev/pandas#11994",
    "Serial numbers with leading zeros in a table of a web page",
    "Zeros are kept",
)
def zeros_of_a_page(folder: Path) -> Outcome:
    body = "".join(f"<tr><td>{i:06}</td><td>{i % 2}</td></tr>" for i in range(20))
    page = f"<table><tr><th>serial</th><th>y</th></tr>{body}</table>"
    frame = tried(put(folder, page, "t.html")).frame
    return judged(right=frame["serial"].tolist()[:2] == ["000000", "000001"])


@report(
    "dilshod/xlsx2csv#85",
    "A workbook's column of hexadecimal texts: 0001DF, 0001E0, 0001E1",
    "Texts; 0001E1 is not 10",
)
def hexadecimal_in_a_workbook(folder: Path) -> Outcome:
    cells = ["0001DF", "0001E0", "0001E1", "0001E9", "0001EA"]
    frame = tried(_book(folder, [["h", "y"], *([cell, i] for i, cell in enumerate(cells))])).frame
    return judged(right=frame["h"].tolist() == cells)


@report(
    "pandas-dev/pandas#25763",
    "Formulas of a workbook have no value saved with them",
    "Refused with the cell; not a column of missing cells",
)
def formulas_without_values(folder: Path) -> Outcome:
    rows = [[i, f"=A{i + 2}*2", i % 2] for i in range(30)]
    error = tried(_book(folder, [["a", "b", "y"], *rows])).error
    saved = tried(_book(folder, [["a", "b", "y"], *([i, i * 2, i % 2] for i in range(30))]))
    return judged(right=False, told="B2" in error and "save it" in error and saved.frame["b"][3] == 6)
