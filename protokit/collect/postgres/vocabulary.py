"""What PostgreSQL says with the very result of DuckDB: functions, parts of dates, types. What is not here runs here.

Left out on purpose, since results differ in some cell: `exp`, `ln`, powers, angles, `stddev` and its like, `median`
(last bits), `round` of doubles (the sign of zero), numbers as texts and texts as numbers (notation), regular
expressions, `strftime`, `date_diff` in weeks, and `lower`, `upper` of texts with more than ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping

# name: its arguments, PostgreSQL's words for it, and the kind of what it gives (a figure: that of this argument).
# i whole number, d double (or a whole number as one), n either, t text, a text of ASCII only, T time, b true or false,
# s a constant text with a letter in it, p a constant whole number from 1 on, x anything; `+` at the end: and more of it
FUNCTIONS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "abs": (("n", "abs({0})", "0"),),
    "ceil": (("d", "ceil({0})", "double"),),
    "ceiling": (("d", "ceil({0})", "double"),),
    "floor": (("d", "floor({0})", "double"),),
    "trunc": (("i", "{0}", "int"), ("d", "trunc({0})", "double")),
    "round": (("i", "{0}", "int"),),
    "sign": (("i", "CAST(sign({0}) AS int)", "int"),),
    "sqrt": (("d", "CASE WHEN {0} < 0 THEN CAST('NaN' AS float8) ELSE sqrt({0}) END", "double"),),
    "pi": (("", "pi()", "double"),),
    "isnan": (("d", "({0} = CAST('NaN' AS float8))", "boolean"),),
    "isinf": (("d", "({0} IN (CAST('Infinity' AS float8), CAST('-Infinity' AS float8)))", "boolean"),),
    "isfinite": (
        (
            "d",
            "({0} NOT IN (CAST('Infinity' AS float8), CAST('-Infinity' AS float8), CAST('NaN' AS float8)))",
            "boolean",
        ),
    ),
    "mod": (("ii", "({0} % {1})", "int"),),
    "lower": (("a", "lower({0})", "text"),),
    "lcase": (("a", "lower({0})", "text"),),
    "upper": (("a", "upper({0})", "text"),),
    "ucase": (("a", "upper({0})", "text"),),
    "trim": (("a", "btrim({0}, ' ')", "text"), ("tt", "btrim({0}, {1})", "text")),
    "ltrim": (("a", "ltrim({0}, ' ')", "text"), ("tt", "ltrim({0}, {1})", "text")),
    "rtrim": (("a", "rtrim({0}, ' ')", "text"), ("tt", "rtrim({0}, {1})", "text")),
    "chr": (("p", "chr({0})", "text"),),
    "length": (("t", "CAST(length({0}) AS int8)", "int"),),
    "len": (("t", "CAST(length({0}) AS int8)", "int"),),
    "strlen": (("t", "CAST(octet_length({0}) AS int8)", "int"),),
    "replace": (("tst", "replace({0}, {1}, {2})", "text"),),
    "contains": (("ts", "(strpos({0}, {1}) > 0)", "boolean"),),
    "strpos": (("ts", "CAST(strpos({0}, {1}) AS int8)", "int"),),
    "instr": (("ts", "CAST(strpos({0}, {1}) AS int8)", "int"),),
    "starts_with": (("ts", "starts_with({0}, {1})", "boolean"),),
    "prefix": (("ts", "starts_with({0}, {1})", "boolean"),),
    "ends_with": (("ts", "(right({0}, length({1})) = {1})", "boolean"),),
    "suffix": (("ts", "(right({0}, length({1})) = {1})", "boolean"),),
    "left": (("tp", "left({0}, {1})", "text"),),
    "right": (("tp", "right({0}, {1})", "text"),),
    "substr": (("tp", "substr({0}, {1})", "text"), ("tpp", "substr({0}, {1}, {2})", "text")),
    "substring": (("tp", "substr({0}, {1})", "text"), ("tpp", "substr({0}, {1}, {2})", "text")),
    "reverse": (("a", "reverse({0})", "text"),),
    "md5": (("t", "md5({0})", "text"),),
    "epoch": (("T", "CAST(extract(epoch FROM {0}) AS float8)", "double"),),
}
AGGREGATES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "count": (("x", "count({0})", "int"),),
    "min": (("x", "min({0})", "0"),),
    "max": (("x", "max({0})", "0"),),
    "bool_and": (("b", "bool_and({0})", "boolean"),),
    "bool_or": (("b", "bool_or({0})", "boolean"),),
}
# EXTRACT's parts, and functions of these names
_WHOLE = "CAST(extract({part} FROM {0}) AS int8)"
PARTS: Mapping[str, str] = {
    **{
        part: _WHOLE.replace("{part}", part)
        for part in ("year", "month", "day", "hour", "minute", "quarter", "week", "dow", "isodow", "doy", "isoyear")
    },
    "second": "CAST(floor(extract(second FROM {0})) AS int8)",
    "epoch": "CAST(extract(epoch FROM {0}) AS float8)",
}
PART_NAMES = {
    **dict.fromkeys(("dayofweek", "weekday"), "dow"), "dayofmonth": "day", "dayofyear": "doy", "weekofyear": "week",
    **{part: part for part in PARTS if part not in ("dow", "doy", "epoch")},
}  # fmt: skip
TRUNCATED = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
_SECONDS = "CAST(floor(extract(epoch FROM {1}) / {n}) - floor(extract(epoch FROM {0}) / {n}) AS int8)"
_YEARS = "CAST((extract(year FROM {1}) - extract(year FROM {0})) AS int8)"
_IN_YEAR = (
    "CAST((extract(year FROM {1}) - extract(year FROM {0})) * {n} "
    "+ extract({of} FROM {1}) - extract({of} FROM {0}) AS int8)"
)
DIFFERENCES: Mapping[str, str] = {
    **{
        unit: _SECONDS.replace("{n}", str(n))
        for unit, n in (("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400))
    },
    "month": _IN_YEAR.replace("{n}", "12").replace("{of}", "month"),
    "quarter": _IN_YEAR.replace("{n}", "4").replace("{of}", "quarter"),
    "year": _YEARS,
}
INTERVALS = {"quarter": ("month", 3)}  # of a unit that PostgreSQL has not: the unit, and how many of it
UNITS = ("microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "year", *INTERVALS)
# of DuckDB's types: the kind of value in the words above, and PostgreSQL's type
TYPES: Mapping[str, tuple[str, str]] = {
    "TINYINT": ("int", "int2"), "SMALLINT": ("int", "int2"), "INTEGER": ("int", "int4"), "BIGINT": ("int", "int8"),
    "HUGEINT": ("decimal", "numeric"), "DECIMAL": ("decimal", "numeric"), "FLOAT": ("double", "float8"),
    "DOUBLE": ("double", "float8"), "VARCHAR": ("text", "text"), "BOOLEAN": ("boolean", "boolean"),
    "DATE": ("date", "date"), "TIMESTAMP": ("timestamp", "timestamp"),
    "INT": ("int", "int4"), "TEXT": ("text", "text"),  # as sqlglot calls them
}  # fmt: skip
OF_KIND = {"double": "float8", "decimal": "numeric", "timestamp": "timestamp"}  # where kinds are made one


def stored(type_: str) -> tuple[str, str] | None:
    """The kind of DuckDB's type, and PostgreSQL's type for it; None where there is none."""
    kind = TYPES.get(type_.partition("(")[0])
    return (kind[0], "numeric" + type_.removeprefix("DECIMAL")) if kind and type_.startswith("DECIMAL(") else kind
