"""Delimited texts: rows, headers, quotes, encodings."""

from __future__ import annotations

from pathlib import Path

from report_cases.report import Outcome, judged, lines, put, report, tried


@report(
    "pandas-dev/pandas#14124",
    "Each row of data ends with a delimiter, the header does not",
    "Cells stand under their own names, none becomes an index",
)
def trailing_delimiter(folder: Path) -> Outcome:
    table = tried(put(folder, "A,B,y\n1,4,7,\n2,5,8,\n3,6,9,\n"))
    return judged(right=table.frame.to_dict("list") == {"A": [1, 2, 3], "B": [4, 5, 6], "y": [7, 8, 9]})


@report(
    "pandas-dev/pandas#36069",
    "A row has fewer fields than the header",
    "Refused with the line; the rest is not filled in silence",
)
def short_row(folder: Path) -> Outcome:
    error = tried(put(folder, "a,b,c,d,y\n1,2,3,4,5\n1,2,3\n")).error
    mended = tried(put(folder, "a,b,c,d,y\n1,2,3,4,5\n1,2,3,,\n"))
    return judged(right=False, told="t.csv:3" in error and "3 fields" in error and mended.frame["d"].isna().sum() == 1)


@report(
    "pola-rs/polars#10585",
    "A later row has more fields than the header",
    "Refused with the line; no field is cut off",
)
def long_row(folder: Path) -> Outcome:
    error = tried(put(folder, "a,y\n" + "x,1\n" * 50 + "x,2,ragged\n")).error
    mended = tried(put(folder, "a,y\n" + "x,1\n" * 50 + 'x,"2,ragged"\n'))
    return judged(right=False, told="t.csv:52" in error and mended.frame["y"].tolist()[-1] == "2,ragged")


@report(
    "pola-rs/polars#19078",
    "A quoted cell holds a line break, thousands of rows down",
    "One row, with the line break in the cell",
)
def quoted_line_break(folder: Path) -> Outcome:
    rows = [f"n{i},street {i},{i}" for i in range(5001)]
    table = tried(put(folder, "\n".join(["name,address,y", *rows, 'kelsey,"679 Lindsay\nSuite 3",7', *rows]) + "\n"))
    frame = table.frame
    return judged(right=len(frame) == 10_003 and frame["address"][5001] == "679 Lindsay\nSuite 3")


@report(
    "tidyverse/readr#784",
    "A quoted name in the header holds a line break",
    "One header, no extra row",
)
def line_break_in_header(folder: Path) -> Outcome:
    frame = tried(put(folder, '"Header\nLine Two",y\nValue,1\nOther,2\n')).frame
    return judged(right=len(frame) == 2 and "Line Two" in frame.columns[0] and frame.iloc[0, 0] == "Value")


@report(
    "duckdb/duckdb#16251",
    'After 2,048 plain rows comes the cell `""","`',
    'The cell is `",`; the file is read',
)
def late_escaped_quote(folder: Path) -> Outcome:
    table = tried(put(folder, lines("id,value,y", *(f"{i},a,1" for i in range(2048)), '2048,""",",1')))
    return judged(right=len(table.frame) == 2049 and table.frame["value"].tolist()[-1] == '",')


@report(
    "duckdb/duckdb#25827",
    "One column without any delimiter; its last cell holds a semicolon",
    "Two rows of one column, or refused; never the last row as header",
    mended=True,
)
def header_taken_for_preamble(folder: Path) -> Outcome:
    table = tried(put(folder, "c0\nv0\na;b\n"), target=None)
    again = tried({"t": {"csv": str(folder / "t.csv"), "delimiter": ","}}, target=None)
    assert not table.error or 'delimiter: ","' in table.error, table.error
    whole = {"c0": ["v0", "a;b"]}
    right = not table.error and table.frame.to_dict("list") == whole
    cured = bool(table.error) and again.frame.to_dict("list") == whole
    return judged(right=right, told=cured)


@report(
    "duckdb/duckdb#6192",
    "All columns are text, so the header looks like a row",
    "The first line names the columns",
)
def header_of_texts_only(folder: Path) -> Outcome:
    frame = tried(put(folder, "continent,y\nAfrica,south\nAsia,north\nEurope,north\n")).frame
    return judged(right=list(frame.columns) == ["continent", "y"] and len(frame) == 3)


@report(
    "duckdb/duckdb#13305",
    "Names in the header are quoted with a blank before the quote",
    "Names without quotes, ages as numbers; or refused with a cure",
    mended=True,
)
def blank_before_quote(folder: Path) -> Outcome:
    content = '"DATE", "ID", "NAME", "y"\n"2024/08/05","ID1","DAVE",47\n"2024/08/05","ID2","ANNA",32\n'
    table = tried(put(folder, content))
    if table.error:
        mended = tried(put(folder, content.replace(', "', ',"')))
        return judged(right=False, told="t.csv:1" in table.error and mended.frame["y"].tolist() == [47, 32])
    right = list(table.frame.columns) == ["DATE", "ID", "NAME", "y"] and table.frame["y"].tolist() == [47, 32]
    return judged(right=right)


@report(
    "python/cpython#117286",
    'One cell is `"country, 3"` with a blank before its quote',
    "One cell without the quotes",
    mended=True,
)
def blank_before_quoted_comma(folder: Path) -> Outcome:
    frame = tried(put(folder, 'email, name, y\ne1, n1, c1\ne2, n2, c2\ne3, n3, "country, 3"\n')).frame
    return judged(right=[str(cell).strip() for cell in frame["y"]] == ["c1", "c2", "country, 3"])


@report(
    "pandas-dev/pandas#4793",
    "A byte order mark before a quoted first name",
    "The first name is without mark and quotes",
)
def mark_before_quoted_name(folder: Path) -> Outcome:
    frame = tried(put(folder, b'\xef\xbb\xbf"Name","G","y"\n"x, y",3,1\n"z",4,2\n')).frame
    return judged(right=list(frame.columns) == ["Name", "G", "y"] and frame["Name"].tolist() == ["x, y", "z"])


@report(
    "duckdb/duckdb#10247",
    "A French file in ISO-8859-1 with semicolons and decimal commas",
    "Refused with the encoding that reads it, or read; accents as written",
)
def latin_text(folder: Path) -> Outcome:
    text = "ESPECES;SURF;y\n" + "Autres céréales à gruau;0,50;1\nBlé tendre;1,25;2\n" * 6
    table = tried(put(folder, text.encode("latin-1")))
    names = [name for name in ("latin-1", "iso-8859-1", "cp1252", "windows-1252") if name in table.error.lower()]
    again = tried({"t": {"csv": str(folder / "t.csv"), "encoding": names[0], "decimal": ","}}) if names else table
    cured = not again.error and again.frame["ESPECES"][0] == "Autres céréales à gruau" and again.frame["SURF"][0] == 0.5
    return judged(right=not table.error and cured, told=cured)


@report(
    "duckdb/duckdb#8544",
    "A Chinese file in GBK",
    "Refused with the encoding that reads it, or read; characters as written",
)
def chinese_text(folder: Path) -> Outcome:
    text = "交易所,名称,y\n" + "".join(
        f"深圳证券交易所,万科企业股份有限公司,{i}\n平安银行,中国平安保险,{i}\n" for i in range(6)
    )
    table = tried(put(folder, text.encode("gbk")))
    names = [name for name in ("gb18030", "gbk", "gb2312") if name in table.error.lower()]
    again = tried({"t": {"csv": str(folder / "t.csv"), "encoding": names[0]}}) if names else table
    cured = not again.error and again.frame["名称"][0] == "万科企业股份有限公司"
    return judged(right=not table.error and cured, told=cured)


@report(
    "duckdb/duckdb#14116",
    "Names in several scripts, one from right to left, an emoji, a quoted comma",
    "Each cell in its own column",
)
def several_scripts(folder: Path) -> Outcome:
    frame = tried(put(folder, 'id,name,y\n1,João,25\n2,李华,30\n3,aنايف,40\n4,"Robert, Albert",😈\n')).frame
    right = frame["name"].tolist() == ["João", "李华", "aنايف", "Robert, Albert"]
    return judged(right=right and [str(cell) for cell in frame["y"]] == ["25", "30", "40", "😈"])


@report(
    "wireservice/csvkit#806",
    "The country code of Namibia is NA",
    "Kept, or said with an edit that keeps it",
)
def code_of_namibia(folder: Path) -> Outcome:
    path = put(folder, lines("code,y", "NA,1", "NC,2", "NE,3", "FR,1", times=20))
    table = tried(path)
    if table.frame["code"].tolist()[0] == "NA":
        return judged(right=True)
    kept = tried({"t": {"csv": str(path), "missing": [""]}})
    return judged(right=False, told="'NA'" in table.said and "missing" in table.said and kept.frame["code"][0] == "NA")


@report(
    "tidyverse/readr#839",
    "A text column is empty in the first 1,200 rows",
    "The later texts are there; it is no logical column",
)
def late_first_text(folder: Path) -> Outcome:
    table = tried(put(folder, lines("n,late,y", *["1,NA,2"] * 1200, *["2,TEST,1", "3,OTHER,2"] * 30)))
    return judged(right=table.frame["late"].dropna().tolist() == ["TEST", "OTHER"] * 30)


@report(
    "grunwaldlab/poppr#214",
    "Alleles as single letters: one column has only T, one T and F",
    "T stays a letter in both; none becomes TRUE",
)
def allele_of_letters(folder: Path) -> Outcome:
    table = tried(put(folder, lines("a,b,c,y", "T,G,T,1", "T,T,F,2", times=30)))
    frame = table.frame
    letters = set(frame["a"]) == {"T"} and set(frame["b"]) == {"G", "T"} and set(frame["c"]) == {"T", "F"}
    return judged(right=letters and table.kinds["b"] == "category")


@report(
    "pandas-dev/pandas#16698",
    "A column of false and true with empty cells",
    "Empty cells are missing, not true",
)
def flags_with_gaps(folder: Path) -> Outcome:
    table = tried(put(folder, lines("c,y", "false,1", ",1", "true,2", times=20)))
    frame, kinds = table.frame, table.kinds
    names = list(table.done.encoder.signature.inputs[0].columns)
    numbers, at = table.done.train.inputs["numbers"], table.done.split.train
    empty = frame["c"].isna().to_numpy()[at]
    flags = numbers[:, names.index("c missing")] if "c missing" in names else numbers[:, 0] * 0
    apart = bool((flags[empty] != flags[~empty][0]).all())
    return judged(right=kinds["c"] == "boolean" and int(frame["c"].isna().sum()) == 20 and apart)


@report(
    "biolab/orange3#2404",
    "A text of 300,000 characters in one cell",
    "Read",
)
def very_long_text(folder: Path) -> Outcome:
    long = "word " * 60_000
    frame = tried(put(folder, f'a,b,y\nx,1,2\n"{long}",2,3\n"say ""so""",3,4\n')).frame
    return judged(right=frame["a"].tolist() == ["x", long.strip(), 'say "so"'])


@report(
    "pandas-dev/pandas#2741",
    "NUL bytes stand in a file",
    "Refused with the place, or read; no row is cut off in silence",
)
def nul_bytes(folder: Path) -> Outcome:
    content = "a,b,y\n" + "".join(f"t{i % 3},{i},{i % 2}\n" for i in range(30)) + "t\x00u,31,1\nt1,32,0\n"
    error = tried(put(folder, content)).error
    mended = tried(put(folder, content.replace("\x00", "")))
    return judged(right=False, told="t.csv:32" in error and "NUL" in error and len(mended.frame) == 32)


@report(
    "duckdb/duckdb#10929",
    "A UTF-8 file has two lines in another encoding",
    "Refused with the place; no encoding is advised that spoils the other lines",
    mended=True,
)
def two_encodings_in_one_file(folder: Path) -> Outcome:
    whole = "name,y\n" + "Zoé,1\nJürgen,2\n" * 20
    error = tried(put(folder, whole.encode() + "André,1\n".encode("latin-1"))).error
    mended = tried(put(folder, whole + "André,1\n"))
    return judged(right=False, told="t.csv:42" in error and "encoding:" not in error and len(mended.frame) == 41)


@report(
    "parsecsv/parsecsv-for-php#213",
    'Cells that Excel is to keep as texts: ="0001234"',
    "0001234",
    mended=True,
)
def texts_for_excel(folder: Path) -> Outcome:
    table = tried(put(folder, "a,b,y\n" + "".join(f'="00{i % 7}",{i * 3 % 7},{i % 2}\n' for i in range(40))))
    return judged(right=table.frame["a"].tolist()[:2] == ["000", "001"])


@report(
    "pandas-dev/pandas#14945",
    "Columns of fixed widths, with blanks inside of texts",
    "Read by the widths, or refused with an option that reads them",
    wrong="read as one column, so that the target is not found; no option reads fixed widths",
)
def fixed_widths(folder: Path) -> Outcome:
    rows = ["qty value      part   y", "1   200 kOhm   R5     1", "5   small LED  U10    0", "2   LED        U11 x  1"]
    table = tried(put(folder, "\n".join(rows) + "\n"))
    return judged(right=not table.error and list(table.frame.columns) == ["qty", "value", "part", "y"])
