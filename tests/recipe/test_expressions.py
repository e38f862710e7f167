from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.recipe.expressions import parse
from protokit.recipe.sql_words import Refused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("arr_delay > 15", "(a1 > 15)"),
        ("\"b c\" = 'it''s'", "(a1 = 'it''s')"),
        ("not a or b and c is not null", "((NOT a1) OR (a2 AND (a3 IS NOT NULL)))"),
        ("a + b * -c ** 2", "(a1 + (a2 * ((- a3) ** 2)))"),
        ("a in (1, 'x') and b not between 1 and 2", "((a1 IN ( 1 , 'x' )) AND (a2 NOT BETWEEN 1 AND 2))"),
        ("case when a then 1 else b::text end", "(CASE WHEN a1 THEN 1 ELSE (CAST ( a2 AS VARCHAR )) END)"),
        ("date > date '2024-01-01' - interval 3 day", "(a1 > ((DATE '2024-01-01') - (INTERVAL '3 day')))"),
        ("extract(year from d) == try_cast(x as int)", "(date_part('year', a1) = (TRY_CAST ( a2 AS INTEGER )))"),
        ("name not ilike '%x' || y", "(a1 NOT ILIKE ('%x' || a2))"),
        ("select <> true", "(a1 <> TRUE)"),
        ("a is distinct from null", "(a1 IS DISTINCT FROM NULL)"),
    ],
)
def test_what_is_read_is_written_anew(text: str, words: str) -> None:
    expression = parse(text)
    names = {column.name: f"a{i + 1}" for i, column in enumerate(expression.columns)}
    assert expression.sql(names) == words


REFUSED = [
    ("read_csv('/etc/passwd')", "outside of the table"),
    ("read_text('/etc/passwd')", "outside of the table"),
    ("read_blob('x')", "outside of the table"),
    ("parquet_metadata('x')", "outside of the table"),
    ("glob('/*')", "outside of the table"),
    ("getenv('HOME')", "outside of the table"),
    ("current_setting('threads')", "outside of the table"),
    ("getvariable('x')", "outside of the table"),
    ("duckdb_settings()", "outside of the table"),
    ("duckdb_secrets()", "outside of the table"),
    ("pragma_version()", "outside of the table"),
    ("version()", "outside of the table"),
    ("query('select 1')", "outside of the table"),
    ("query_table('t')", "outside of the table"),
    ("json_execute_serialized_sql('x')", "outside of the table"),
    ("write_log('x')", "outside of the table"),
    ("sleep_ms(1000)", "outside of the table"),
    ("http_get('http://x')", "outside of the table"),
    ("load_extension('httpfs')", "outside of the table"),
    ("sqlite_scan('a', 'b')", "outside of the table"),
    ("postgres_scan('a', 'b', 'c')", "outside of the table"),
    ("pg_read_file('x')", "outside of the table"),
    ("which_secret('x', 'y')", "outside of the table"),
    ("system('ls')", "unknown function"),
    ("repeat('x', 1000000000)", "unknown function"),
    ("range(1000000000)", "unknown function"),
    ("error('x')", "unknown function"),
    ("hash(a)", "unknown function"),
    ("unnest([1])", "unknown function"),
    ("lower('a').upper()", "an operator is missing"),
    ("main.lower(a)", "names a table"),
    ("\"read_csv\"('x')", "a function in quotes"),
    ("(select 1)", "a subquery"),
    ("a in (select b from t)", "a subquery"),
    ("exists(select 1)", "a subquery"),
    ("exists (from t)", "a subquery"),
    ("lower((select a))", "a subquery"),
    ("(with x as (select 1) select 1)", "a subquery"),
    ("(from 'file.csv')", "a subquery"),
    ("select 1", "a statement"),
    ("a; drop table t", "several statements"),
    ("a; attach 'x.db'", "several statements"),
    ("1) from t where (1 = 1", "an operator is missing"),
    ("a union select 1", "an operator is missing"),
    ("a from 'x.csv'", "a statement"),
    ("copy t to 'x'", "a statement"),
    ("attach 'x.db'", "a statement"),
    ("install httpfs", "an operator is missing"),
    ("load 'x'", "a statement"),
    ("set threads = 1", "a statement"),
    ("pragma version", "a statement"),
    ("a -- comment", "a comment"),
    ("a /* comment */", "a comment"),
    ("a = $1", "a value is missing"),
    ("a = ?", "a value is missing"),
    ("[1, 2]", "a value is missing"),
    ("{'a': 1}", "a value is missing"),
    ("x -> x", "a value is missing"),
    ("t.a", "names a table"),
    ("* ", "a value is missing"),
    ("columns('.*')", "unknown function"),
    ("a, b", "an operator is missing"),
    ("a as b", "an operator is missing"),
    ("a limit 1", "an operator is missing"),
    ("a::blob", "unknown type"),
    ("a::integer[]", "an operator is missing"),
    ("cast(a as json)", "unknown type"),
    ("random()", "not give the same twice"),
    ("now() > d", "not give the same twice"),
    ("uuid()", "not give the same twice"),
    ("age(d)", "not give the same twice"),
    ("sum(a)", "test rows into training"),
    ("a > avg(a)", "test rows into training"),
    ("row_number() over ()", "test rows into training"),
    ("lag(a) over (order by b)", "test rows into training"),
    ("lower(a) over ()", "test rows into training"),
    ("first(a)", "order of the rows"),
    ("lowr(a)", "did you mean 'lower'"),
    ("date '2024-13-01'", "no date"),
    ("interval 3 fortnight", "a number and a unit"),
    ("'a", "close the quote"),
    ("`a`", "in double quotes"),
    ("a = '\0'", "NUL"),
    ("", "is a text"),
    (" ", "is a text"),
    (5, "is a text"),
    (None, "is a text"),
    ("(" * 100 + "a" + ")" * 100, "nested more than"),
    ("-" * 9000 + "a", "a comment"),
    ("a" * 20_000, "characters"),
    ("not " * 2000 + "a", "parts within parts"),
    ("a" + " is null" * 1000, "parts within parts"),
    ("a" + "::int" * 1000, "parts within parts"),
    ("- " * 4000 + "a", "parts within parts"),
    ("coalesce(" * 200 + "a" + ")" * 200, "nested more than"),
    ("a = b = c", "parentheses are missing"),
    ("case a end", "`when` is missing"),
    ("case when a end", "'then' is missing"),
    ("a is", "null, true or false is missing"),
    ("a between 1", "'and' is missing"),
    ("lower(a", "is missing at the end of the list"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[str(text)[:40] for text, _ in REFUSED])
def test_what_reaches_outside_of_the_row_is_refused_with_the_reason(text: object, words: str) -> None:
    import re

    with pytest.raises(Refused) as caught:
        parse(text)
    assert re.search(words, f"{caught.value.rule} {caught.value.cure}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("price", "says nothing of several rows"),
        ("1", "says nothing of several rows"),
        ("sum(sum(price))", "an aggregate within sum"),
        ("sum(price) + tax", "'tax' has many values"),
        ("array_agg(price)", "order of the rows"),
        ("sum(price) over ()", "test rows into training"),
        ("sum(random())", "not give the same twice"),
    ],
)
def test_an_aggregate_is_over_a_group(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        parse(text, aggregate=True)
    assert parse("count(*) + sum(distinct a) filter (where b > 1) / 2", aggregate=True).columns[0].name == "a"


def test_every_function_of_the_list_is_one_of_duckdb_that_is_pure() -> None:
    import duckdb

    from protokit.recipe.sql_names import AGGREGATES, FUNCTIONS, ORDERED, OUTSIDE, VOLATILE, WINDOWS

    with duckdb.connect() as connection:
        known = connection.execute("SELECT function_name, function_type, stability FROM duckdb_functions()").fetchall()
    # these are written like functions and read by the database's own parser
    grammar = {"coalesce", "ifnull", "if", "nullif"}
    kinds: dict[str, set[str]] = {}
    unstable = set()
    for name, kind, stability in known:
        kinds.setdefault(name, set()).add(kind)
        # parts of dates are only the same within a query from DuckDB 2.0.1 on: of a time with a zone they follow the
        # session's, which no cell has here (all are of UTC); what follows the clock is in VOLATILE
        if stability == "VOLATILE":
            unstable.add(name)
    assert {name for name in FUNCTIONS - grammar if not kinds.get(name, set()) & {"scalar", "macro"}} == set()
    assert {name for name in AGGREGATES if not kinds.get(name, set()) & {"aggregate", "macro"}} == set()
    assert not (FUNCTIONS | AGGREGATES) & (unstable | VOLATILE | ORDERED | WINDOWS)
    assert not [name for name in FUNCTIONS | AGGREGATES if name.startswith(OUTSIDE)]


def test_a_long_sum_is_no_deep_one() -> None:
    assert parse(" + ".join(["a"] * 2000)).sql({"a": "x"}) == "(" + " + ".join(["x"] * 2000) + ")"


names = st.sampled_from(["a", "b", '"c d"', '"sel""ect"'])
values = st.one_of(names, st.integers(0, 9).map(str), st.sampled_from(["'x'", "null", "1.5", "true"]))
SIGNS = ["+", "-", "*", "/", "%", "=", "<", "<>", ">=", "and", "or", "||", "**", "is distinct from"]
TYPED = ["{}::integer", "({})::double", "cast({} as text)", "({}) is null", "({}) is not true", "({}) in (1, 2)"]
expressions = st.recursive(
    values,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(SIGNS), inner).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
        inner.map(lambda x: f"({x})"),
        inner.map(lambda x: f"(not {x})"),
        inner.map(lambda x: f"not {x}"),
        inner.map(lambda x: f"- {x}"),
        st.tuples(st.sampled_from(TYPED), inner).map(lambda t: t[0].format(t[1])),
        st.tuples(inner, inner).map(lambda t: f"coalesce({t[0]}, {t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"{t[0]} between {t[1]} and {t[2]}"),
        st.tuples(inner, inner, inner).map(lambda t: f"case when {t[0]} then {t[1]} else {t[2]} end"),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def database() -> Iterator[Callable[[str], str]]:
    """What DuckDB says of a query: its value, or the kind of its error."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:

        def ask(sql: str) -> str:
            try:
                return repr(connection.execute(sql).fetchall())
            except duckdb.Error as error:
                return type(error).__name__

        yield ask


@given(expressions, st.integers(-3, 3), st.integers(-3, 3))
@settings(deadline=None, max_examples=400)
def test_what_is_written_anew_means_what_was_written(database: Callable[[str], str], text: str, a: int, b: int) -> None:
    """Held against DuckDB's own reading of the text: precedence and grouping are the same."""
    columns = {"a": str(a), "b": str(b), "c d": "2", 'sel"ect': "'x'"}
    inner = {name: f"x{i}" for i, name in enumerate(columns)}
    listed = ", ".join(f'{value} AS "{name.replace(chr(34), chr(34) * 2)}"' for name, value in columns.items())
    renamed = ", ".join(f"{value} AS {inner[name]}" for name, value in columns.items())
    wanted = database(f"SELECT {text} FROM (SELECT {listed})")
    try:
        expression = parse(text)
    except Refused:
        # as in `a = not b` or `a is null between b and c`: parentheses are wanted
        assert wanted == "ParserException" or "not" in text or " is " in text
        return
    if wanted != "ParserException":
        assert database(f"SELECT {expression.sql(inner)} FROM (SELECT {renamed})") == wanted


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=500)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except Refused as error:
        assert error.rule
