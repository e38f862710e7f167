"""Numbers, and codes that look like numbers."""

from __future__ import annotations

from pathlib import Path

from report_cases.report import Outcome, judged, lines, put, report, tried


def _texts(cells: object) -> list[str]:
    return [str(cell) for cell in cells]  # type: ignore[attr-defined]


@report(
    "pandas-dev/pandas#48170",
    "Whole numbers of 19 digits beside an empty cell",
    "All digits are kept",
)
def whole_numbers_with_gaps(folder: Path) -> Outcome:
    frame = tried(put(folder, "a,b,y\n,1,1\n1234567890123456789,,2\n1234567890123456788,3,3\n")).frame
    found = [int(cell) for cell in frame["a"].dropna()]
    return judged(right=found == [1234567890123456789, 1234567890123456788])


@report(
    "tidyverse/readr#976",
    "IDs of 19 to 22 digits",
    "All digits are kept, as numbers or texts",
)
def ids_of_scholars(folder: Path) -> Outcome:
    ids = ["11898508762506083287", "3266119658877827603", "9104209908849226329", "1689977826658744638212"]
    frame = tried(put(folder, lines("id,y", *(f"{one},{i}" for i, one in enumerate(ids))))).frame
    return judged(right=_texts(frame["id"]) == ids)


@report(
    "pandas-dev/pandas#2697",
    "One number in scientific notation among IDs of 18 digits",
    "The digits of the others are kept, or it is said that they are not",
)
def one_in_scientific_notation(folder: Path) -> Outcome:
    table = tried(put(folder, "id,x,y\n135217135789158401,1,1\n135217135789158402,2,2\n1352171357E+5,3,3\n"))
    frame = table.frame
    kept = frame["id"][0] != frame["id"][1] and str(frame["id"][0]) == "135217135789158401"
    return judged(right=kept)


@report(
    "duckdb/duckdb#25824",
    "20,500 rows of whole numbers, then 1.5, and 007",
    "1.5 stays 1.5, no cell is rounded",
)
def fraction_after_the_sample(folder: Path) -> Outcome:
    rows = ["3,7,2"] * 20_500
    frame = tried(put(folder, lines("n,code,y", *rows, "1.5,007,1", "2,7,2"))).frame
    return judged(right=float(frame["n"].tolist()[-2]) == 1.5 and str(frame["code"].tolist()[-2]) == "007")


@report(
    "pandas-dev/pandas#39906",
    "A column of times as 000000 in all rows, and one as 093000",
    "Zeros are kept",
)
def only_zeros(folder: Path) -> Outcome:
    frame = tried(put(folder, lines("type,time,open,y", "T,000000,093000,1", "U,000000,160000,2", times=5))).frame
    return judged(right=set(frame["time"]) == {"000000"} and set(frame["open"]) == {"093000", "160000"})


@report(
    "tilo/smarter_csv#345",
    "An ID of digits with one E in it: 0047583311587E590003",
    "A text; not infinity",
)
def id_with_an_exponent(folder: Path) -> Outcome:
    table = tried(put(folder, lines("id,x,y", "0047583311587DD90005,1,2", "0047583311587E590003,2,3")))
    return judged(right=table.frame["id"].tolist() == ["0047583311587DD90005", "0047583311587E590003"])


@report(
    "OpenRefine/OpenRefine#511",
    "Codes 5E0, 5E1, 50E0 that the recipe calls a category",
    "Three levels as written; 5E1 is not 50E0",
)
def codes_with_e(folder: Path) -> Outcome:
    table = tried(put(folder, lines("code,y", "5E0,1", "5E1,2", "50E0,3", times=20)), columns={"code": "category"})
    [column] = table.done.encoder.columns
    levels = {str(level) for level in getattr(column, "levels", ())}
    return judged(right=levels == {"5E0", "5E1", "50E0"})


@report(
    "mholt/PapaParse#1078",
    "Hash prefixes: 713752e1 among others with letters",
    "Texts as written",
)
def hash_prefixes(folder: Path) -> Outcome:
    cells = ["713752e1", "a13752e1", "0205e7", "1e2641", "655e38", "000be5"]
    frame = tried(put(folder, lines("hash,y", *(f"{one},{i}" for i, one in enumerate(cells))))).frame
    return judged(right=frame["hash"].tolist() == cells)


@report(
    "pyexcel/pyexcel#138",
    "Cells like 1234_5678",
    "Texts; not 12345678",
)
def underscores(folder: Path) -> Outcome:
    frame = tried(put(folder, lines("id,y", "1234_5678,1", "1234_5679,2", times=5))).frame
    return judged(right=set(frame["id"]) == {"1234_5678", "1234_5679"})


@report(
    "Keyang/node-csvtojson#130",
    "Addresses in hexadecimal: 0x15a9..., and 0x1F beside numbers",
    "Texts; not 0",
)
def hexadecimal(folder: Path) -> Outcome:
    frame = tried(put(folder, lines("a,b,y", "0x15a97504f6f678ab,0x1F,1", "0x8c2ca08823e5cc47,12,2", times=5))).frame
    return judged(
        right=_texts(frame["a"][:2]) == ["0x15a97504f6f678ab", "0x8c2ca08823e5cc47"] and frame["b"][0] == "0x1F"
    )


@report(
    "pola-rs/polars#18797",
    "Amounts like 1.299,99 in a file with semicolons",
    "1299.99: read so, or told with the option that reads them so",
)
def thousands_with_dots(folder: Path) -> Outcome:
    path = put(folder, lines("amount;x;y", "1.299,99;1;1", "12,50;2;2", "3.000.000,00;3;1", "7,25;4;2", times=10))
    wanted = [1299.99, 12.5, 3_000_000.0, 7.25]
    again = tried({"t": {"csv": str(path), "decimal": ",", "thousands": "."}})
    table = tried(path)
    return judged(right=table.numbers("amount")[:4] == wanted and again.numbers("amount")[:4] == wanted)


@report(
    "tidyverse/readxl#414",
    "Numbers with one cell `4 or more`",
    "The cell is kept, or told; the column is not half missing",
)
def four_or_more(folder: Path) -> Outcome:
    path = put(folder, lines("n,y", ",1", ",2", "1,1", "2,2", "3,1", "4 or more,2", times=10))
    frame = tried(path).frame
    kept = _texts(frame["n"].dropna())[:4] == ["1", "2", "3", "4 or more"]
    return judged(right=kept and int(frame["n"].isna().sum()) == 20)


@report(
    "Zeugma440/atldotnet#355",
    "Numbers in Arabic and in full-width digits: ١٤٤١",
    "1441",
    mended=True,
)
def digits_of_other_scripts(folder: Path) -> Outcome:
    table = tried(put(folder, lines("a,b,y", "١٤٤١,３,1", "١٤٤٢,５,2", "١٤٤٥,４,1", times=20)))
    return judged(right=table.numbers("a")[:3] == [1441, 1442, 1445] and table.numbers("b")[:3] == [3, 5, 4])


@report(
    "ayrna/skordinal#119",
    "Classes are whole numbers, and some rows have none",
    "The classes are these whole numbers; a missing one is no class",
)
def classes_with_gaps(folder: Path) -> Outcome:
    table = tried(put(folder, lines("x,z,y", *(f"{i % 7},{i % 3},{('1', '2', '')[i % 3]}" for i in range(60)))))
    [target] = table.done.encoder.signature.targets
    whole = [str(one) for one in target.classes] == ["1", "2"]
    return judged(right=whole and len(table.done.split.train) + len(table.done.split.test) <= 40)


@report(
    "pandas-dev/pandas#34859",
    "Flags as 1.0, 0.0 and empty cells",
    "Two values and gaps; nothing is lost",
)
def flags_as_fractions(folder: Path) -> Outcome:
    table = tried(put(folder, lines("f,z,y", *(f"{('1.0', '0.0', '')[i % 3]},{i % 5},{i % 2}" for i in range(60)))))
    found = [float(cell) for cell in table.frame["f"].dropna()]
    return judged(right=found == [1.0, 0.0] * 20 and "f" in table.kinds)
