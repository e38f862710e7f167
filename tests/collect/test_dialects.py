"""Delimited text as it comes: read with what was decided, or refused with the option that reads it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from protokit.collect.files.files import File
from protokit.collect.readers.csv import Csv
from protokit.collect.source import Source
from protokit.core.errors import DataError, SpecError
from tests.collect.dialects import cured, cures, read

Table = dict[str, list[Any]]


def table_of(path: Path, content: str | bytes, **options: Any) -> tuple[Table, list[str]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    frame, notices = read(path, **options)
    return frame.to_dict("list"), notices


READ: list[tuple[str, Table, str | None]] = [
    ("\ufeffsep=;\na;b\n1;x\n2;y\n", {"a": [1, 2], "b": ["x", "y"]}, "the first line names the delimiter, ';'"),
    ('"sep=|"\r\na|b\r\n1|x,y\r\n', {"a": [1], "b": ["x,y"]}, "names the delimiter, '|'"),
    ("sep=\t\na\tb\n1\t2\n", {"a": [1], "b": [2]}, "names the delimiter"),
    ("Sales 2023\n\nid,price\n1,2.5\n2,3.5\n", {"id": [1, 2], "price": [2.5, 3.5]}, 'not read: "Sales 2023"'),
    ("Sales,,\nid,price,n\n1,2.5,3\n", {"id": [1], "price": [2.5], "n": [3]}, 'not read: "Sales"'),
    ("Export, March\n\nid,p,q,r\n1,2,3,x\n2,3,4,y\n",
     {"id": [1, 2], "p": [2, 3], "q": [3, 4], "r": ["x", "y"]}, "a line above the table"),
    ("A\nB\nC\n\nx;y\n1;2\n", {"x": [1], "y": [2]}, "3 lines above the table"),
    ("# made, by x\na,b\n1,2\n# end\n5,6\n", {"a": [1, 5], "b": [2, 6]}, "lines that start with '#' are read as comm"),
    ("#,name\n1,a\n2,b\n", {"#": [1, 2], "name": ["a", "b"]}, None),
    ("##v=1\n#CHROM\tPOS\nx\t1\ny\t2\n", {"#CHROM": ["x", "y"], "POS": [1, 2]}, "above the table"),
    ("name  age h\nann   3\t1.5\n bob  14   2.5 \n",
     {"name": ["ann", "bob"], "age": [3, 14], "h": [1.5, 2.5]}, "blanks part the fields"),
    ("full name\njohn doe\njane roe\n", {"full name": ["john doe", "jane roe"]}, None),
    ("a,b\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}, "each row ends with a delimiter"),
    ("a,b,\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}, "each row ends with a delimiter"),
    ("a,b,\n1,2\n3,4\n", {"a": [1, 3], "b": [2, 4]}, "line 1 ends with a delimiter"),
    (",a,b\n0,1,x\n1,2,y\n", {"column_1": [0, 1], "a": [1, 2], "b": ["x", "y"]}, "a column has no name"),
    ("a,b\nr1,1,x\nr2,2,y\n", {"column_1": ["r1", "r2"], "a": [1, 2], "b": ["x", "y"]}, "a column has no name"),
    ("a,,b\n1,2,3\n", {"a": [1], "column_2": [2], "b": [3]}, "a column has no name, read as 'column_2'"),
    ('"a,b",c\n1,2\n', {"a,b": [1], "c": [2]}, None),
    ("price, EUR;qty\n10;3\n12;4\n", {"price, EUR": [10, 12], "qty": [3, 4]}, None),
    ("price, EUR;qty\n1,5;3\n2,5;4\n", {"price, EUR": ["1,5", "2,5"], "qty": [3, 4]}, None),
    ("id,tags;more\n1,red;l\n2,blue;s\n",
     {"id": [1, 2], "tags;more": ["red;l", "blue;s"]}, "would part them as evenly"),
    ("country,2019,2020\nx,1,2\ny,3,4\n", {"country": ["x", "y"], "2019": [1, 3], "2020": [2, 4]}, None),
    ("a,b\n'x, y',1\n'z, u',2\n", {"a": ["x, y", "z, u"], "b": [1, 2]}, "single quotes stand around"),
    ("a,b\nit's,1\n'tis,2\n", {"a": ["it's", "'tis"], "b": [1, 2]}, None),
    ('a, "b"\n1, "x, y"\n2, "z"\n', {"a": [1, 2], "b": ["x, y", "z"]}, "blanks stand between delimiters and quotes"),
    ('"a", "b"\n"1","x"\n"2", y\n', {"a": [1, 2], "b": ["x", "y"]}, "blanks stand between delimiters and quotes"),
    ('a;b\nsaid "so"; 1\n ""; 2\n', {"a": ['said "so"', '""'], "b": [1, 2]}, None),
    ("a,b\r1,2\r3,4\r", {"a": [1, 3], "b": [2, 4]}, None),
    ("a,b\r\n1,2\n3,4\r5,6", {"a": [1, 3, 5], "b": [2, 4, 6]}, None),
    ('a,b\n5" pipe,1\ny,2\n', {"a": ['5" pipe', "y"], "b": [1, 2]}, None),
    ("a,b,c\nx,1,2\ny,3,4\nTotal,,123\n",
     {"a": ["x", "y", "Total"], "b": [1, 3, None], "c": [2, 4, 123]}, "sum or the count of the others: 'Total'"),
    ("a,b,c\nx,1,2\ny,3,4\nSource: z,,\n",
     {"a": ["x", "y", "Source: z"], "b": [1, 3, None], "c": [2, 4, None]}, "the last row has one cell only"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "table", "told"), READ, ids=range(len(READ)))
def test_what_is_clear_is_read_and_said(tmp_path: Path, content: str, table: Table, told: str | None) -> None:
    found, notices = table_of(tmp_path / "t.csv", content)
    assert {name: [None if v != v else v for v in column] for name, column in found.items()} == table
    assert (told in "\n".join(notices)) if told else not notices


@pytest.mark.parametrize(("content", "table", "told"), READ, ids=range(len(READ)))
def test_the_edit_of_a_notice_reads_as_well(tmp_path: Path, content: str, table: Table, told: str | None) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8", newline="")
    _, _, notices = Source.parse("t.csv").read(tmp_path)
    for notice in notices:
        for edit in cures(notice.cure):
            frame, _ = read(path, **edit)
            assert len(frame) >= len(next(iter(table.values()))) - 1
            assert not set(notices) <= set(read(path, **edit)[1])


# content; part of the refusal; the rows once its cure, or its second one, is followed
REFUSED: list[tuple[str, str, int, Table]] = [
    ("Report\nname,city\nann,rome\n", "1 field where", 0, {"name": ["ann"], "city": ["rome"]}),
    ("Report\n1,2\n3,4\n5,6\n", "1 field where", 1, {"column_1": [1, 3, 5], "column_2": [2, 4, 6]}),
    ("a,b\n1,2\n# hello\n3,4\n", "1 field where", 0, {"a": [1, 3], "b": [2, 4]}),
    ("1.5 2.5\n 2.5  3\n3.5 4\n", "looks like data", 0, {"column_1": [1.5, 2.5, 3.5], "column_2": [2.5, 3, 4]}),
    ("5.1,x\n4.9,y\n7,z\n", "looks like data", 0, {"column_1": [5.1, 4.9, 7], "column_2": ["x", "y", "z"]}),
    ("5.1,x\n4.9,y\n7,z\n", "looks like data", 1, {"5.1": [4.9, 7], "x": ["y", "z"]}),
    ("2010,,2020,\na,b,a,b\n1,2,3,4\n3,4,5,6\n3,4,5,6\n", "line 2 holds no numbers", 0,
     {"2010 a": [1, 3, 3], "2010 b": [2, 4, 4], "2020 a": [3, 5, 5], "2020 b": [4, 6, 6]}),
    ("t,v\ns,m/s\n1,2\n3,4\n3,4\n", "line 2 holds no numbers", 0, {"t s": [1, 3, 3], "v m/s": [2, 4, 4]}),
    ("a,b,a\n1,2,3\n3,4,5\n", "two columns are named 'a' (the 1. and the 3.)", 0,
     {"a": [1, 3], "b": [2, 4], "a_2": [3, 5]}),
    ("a,b,c\nx,1,2\ny,3,4\n(2 rows)\n", "1 field where", 0, {"a": ["x", "y"], "b": [1, 3], "c": [2, 4]}),
    ("a,b\nx,1\ny,3\n\nSource: z\nNotes\n", "1 field where", 0, {"a": ["x", "y"], "b": [1, 3]}),
    ('a,b\n"x,1\ny,2\n', "a quote that is not closed", 0, {"a": ['"x', "y"], "b": [1, 2]}),
    ("c0\nv0\nv1\na;b\n", "1 field where", 2, {"c0": ["v0", "v1", "a;b"]}),
    (" a | b \n---+---\n 1 | 2\n 3 | 4\n(2 rows)\n", "drawn under the names", 0, {"a": [1, 3], "b": [2, 4]}),
]  # fmt: skip


@pytest.mark.parametrize(("content", "rule", "which", "table"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_clear_is_refused_with_the_option_that_reads_it(
    tmp_path: Path, content: str, rule: str, which: int, table: Table
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8", newline="")
    frame, error = cured(path, which)
    assert rule in error.rule and str(error.place).startswith(f"{path}:")
    assert frame.to_dict("list") == table


def test_no_advice_parts_a_number(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("city,price\nOslo,1,200\nRome,2,300\nBonn,4,500\n")
    with pytest.raises(DataError, match=r"put numbers such as 1,200 in double quotes") as caught:
        read(tmp_path / "t.csv")
    assert not cures(caught.value.cure)


def test_places_of_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    long = "a,b\n" + "1,2,\n" * 250_000 + "1,2,x\n"
    cases: list[tuple[str, str, str, dict[str, Any]]] = [
        ("title\n\na,b\n" + "1,2\n" * 20 + "1,2,3\n", ":24:5", "3 fields where the header has 2", {}),
        ("a b\n1  2\n1 2   3\n", ":3:7", "3 fields where the header has 2", {"delimiter": "blanks"}),
        ("a b\n1 2\n1 \n", ":3:3", "1 field where the header has 2", {"delimiter": "blanks"}),
        ("a,b\n1,x\0\n", ":2:4", "a NUL character", {}),
        (long, ":250002:5", "a field after the last name", {}),
        ("a,b\n", "", "no rows below the header", {}),
    ]
    for content, place, rule, options in cases:
        path.write_text(content)
        with pytest.raises(DataError, match=rule) as caught:
            read(path, **options)
        assert caught.value.place == f"{path}{place}" and caught.value.cure
    path.write_text(long)
    assert list(cured(path)[0].columns) == ["a", "b", "column_3"]


def test_options_are_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = "x,y\nskip\n!no,row\na,b\n1,2\n!no,row\n3,4\nend\n"
    found, told = table_of(path, text, header=4, comment="!", footer=1)
    assert found == {"a": [1, 3], "b": [2, 4]} and not told
    assert table_of(path, text, header=4, comment="!", footer=1, names=["c", "d"])[0] == {"c": [1, 3], "d": [2, 4]}
    assert table_of(path, "1,2\n3,4\n", header="none")[0] == {"column_1": [1, 3], "column_2": [2, 4]}
    assert table_of(path, "1,2\n3,4\n", header="none", names=["a", "b"])[0] == {"a": [1, 3], "b": [2, 4]}
    assert table_of(path, "u\nx\n\n1\n2\n", header=[1, 2])[0] == {"u x": [1, 2]}
    assert table_of(path, "a\tb\n1 \t 2\n", delimiter="blanks")[0] == {"a": [1], "b": [2]}
    assert table_of(path, "a b\n1   2\n", delimiter=" ")[0] == {"a": [1], "b": [2]}
    for options, words in (
        ({"header": 9}, "line 9 holds no names"),
        ({"header": 2}, "line 2 holds no names"),
        ({"names": ["a"]}, "1 name for rows of 2 fields"),
    ):
        with pytest.raises(DataError, match=words) as caught:
            table_of(path, "a,b\n\n1,2\n", **options)
        assert caught.value.cure


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"header": 0}, "counted from 1"),
        ({"header": "first"}, "header is a line"),
        ({"header": [2, 1]}, "one below the other"),
        ({"names": "a"}, "names is a list"),
        ({"names": ["a", "a"]}, "two columns are named 'a'"),
        ({"names": [True]}, "a name is a text"),
        ({"footer": -1}, "footer is a number of rows"),
        ({"quote": "ab"}, "a quote is one character"),
        ({"delimiter": "ab"}, "a delimiter is one character, or blanks"),
        ({"delimiter": "#", "comment": "#"}, "comment and delimiter are both '#'"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        Source.parse({"csv": "t.csv", **options})


def test_options_are_written_back_as_they_are_read() -> None:
    for header in (3, "none", [1, 2]):
        source = Source.parse({"csv": "t.csv", "header": header, "names": ["a", "b"], "quote": "none", "footer": 1})
        assert Source.parse(source.model_dump(mode="json")) == source


def test_case_of_a_line_that_names_the_delimiter(tmp_path: Path) -> None:
    rows = "".join(f"{i % 7};{i % 5},5;{'zxx'[i % 3]}\n" for i in range(30))
    found, told = table_of(tmp_path / "t.csv", f"\ufeffsep=;\na;b;y\n{rows}")
    assert list(found) == ["a", "b", "y"] and len(found["a"]) == 30
    assert len([rule for rule in told if "first line" in rule]) == 1


# --- every dialect that can be drawn ---------------------------------------------------------------------------------

CELLS = st.one_of(
    st.integers(-999, 99_999).map(str),
    st.sampled_from(["Oslo", "São Paulo", "New York", "a,b", "x;y", 'say "hi"', "it's", "p|q", "", "é", "two\nlines"]),
)


@st.composite
def dialects(draw: Any) -> tuple[list[list[str]], bytes, str, dict[str, Any]]:
    """A table of texts beside a key, its bytes in a dialect, and the options that name this dialect."""
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=3, max_size=12))
    names = ["key", *(f"name {i}" for i in range(width))]
    table = [names, *([f"k{i}", *row] for i, row in enumerate(rows))]
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    quote = draw(st.sampled_from(['"', "'"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    trailing = delimiter if draw(st.booleans()) else ""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"]))
    above = draw(st.lists(st.sampled_from(["Report", "of, all", "", "# a comment"]), max_size=3))
    sep = draw(st.booleans()) and not above
    every = draw(st.booleans())

    def field(cell: str) -> str:
        odd = every or any(mark in cell for mark in (delimiter, quote, '"', "\n", "\r"))
        return quote + cell.replace(quote, quote * 2) + quote if odd else cell

    lines = [delimiter.join(map(field, row)) + trailing for row in table]
    if sep:
        above = [f"sep={delimiter}"]
    text = end.join([*above, *lines, ""])
    options: dict[str, Any] = {"delimiter": delimiter, "header": len(above) + 1, "encoding": encoding, "quote": quote}
    return table, text.encode(encoding), delimiter, options


def texts(path: Path, **options: Any) -> list[list[str]]:
    """Names and rows as they stand in the file."""
    source = Csv.parse({"csv": path.name, **options})
    assert isinstance(source, Csv)
    cells = source.cells(File(path, str(path)))
    return [cells.names, *(list(row) for row in zip(*cells.columns, strict=True))]


@settings(max_examples=150)
@given(drawn=dialects(), packed=st.booleans())
def test_a_table_in_any_dialect_comes_back_or_is_refused_with_its_cure(
    tmp_path_factory: pytest.TempPathFactory, drawn: Any, packed: bool
) -> None:
    table, content, _, options = drawn
    path = tmp_path_factory.mktemp("d") / ("t.csv.gz" if packed else "t.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    assert texts(path, **options) == table
    edits: dict[str, Any] = {}
    for _ in range(6):
        try:
            found = texts(path, **edits)
            break
        except DataError as error:
            # a person knows which of several edits is right; some mend the file, and name none
            right = [edit for edit in cures(error.cure) if all(options.get(k) == v for k, v in edit.items())]
            event("refused: " + error.rule.split(":")[0][-30:] + (" with an edit" if right else ""))
            if "encoding" in error.cure or "header" in error.cure:
                assert right, error
            if not right:
                assert error.cure and error.place
                return
            edits |= right[0]
    else:
        raise AssertionError(f"the cures go round: {edits}")
    event("read")
    if options["quote"] == '"' or "'" not in content.decode(options["encoding"]):
        assert found == table
