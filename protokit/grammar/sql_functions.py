"""What an expression of a recipe may use: allow-lists of functions, all of them pure, of types and units."""

from __future__ import annotations

from protokit.core.suggest import did_you_mean


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS = _names(
    """
    abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log2 log10 pow power mod greatest least pi
    sin cos tan asin acos atan atan2 sinh cosh tanh degrees radians gcd lcm isnan isinf isfinite
    lower upper lcase ucase trim ltrim rtrim length len strlen substr substring left right replace
    concat concat_ws contains starts_with ends_with prefix suffix strpos instr split_part reverse lpad rpad
    translate ascii chr unicode strip_accents levenshtein damerau_levenshtein jaccard jaro_similarity
    jaro_winkler_similarity hamming md5 sha256
    regexp_matches regexp_full_match regexp_replace regexp_extract json_extract_string
    year month day hour minute second quarter week weekday dayofweek dayofmonth dayofyear isodow isoyear
    weekofyear yearweek dayname monthname decade century julian last_day
    date_trunc datetrunc date_part datepart date_diff datediff date_sub datesub date_add
    make_date make_timestamp epoch epoch_ms strftime strptime try_strptime
    coalesce nullif ifnull if
    """
)
# the same rows give the same value, in whatever order they come
AGGREGATES = _names(
    """
    count count_if sum avg mean min max median quantile_cont quantile_disc product
    stddev stddev_pop stddev_samp variance var_pop var_samp skewness kurtosis
    bool_and bool_or bit_and bit_or bit_xor corr covar_pop covar_samp
    """
)
VOLATILE = _names(
    """
    random setseed now today uuid uuidv4 uuidv7 gen_random_uuid current_date current_time current_timestamp
    localtime localtimestamp get_current_time get_current_timestamp transaction_timestamp current_localtime
    current_localtimestamp txid_current nextval currval age
    """
)
ORDERED = _names(
    """
    first last any_value arbitrary array_agg list string_agg group_concat listagg mode arg_min arg_max argmin argmax
    min_by max_by approx_count_distinct approx_quantile approx_top_k reservoir_quantile histogram
    """
)
WINDOWS = _names("row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value")
STATEMENTS = _names("select with from insert update delete create drop alter copy attach set pragma load")
SUBQUERIES = _names("select with from values table")
RESERVED = _names("and or not is in between like ilike case when then else end null true false distinct")
OUTSIDE = (
    "read_", "parquet_", "glob", "sniff_", "duckdb_", "pragma_", "sqlite_", "postgres_", "mysql_", "iceberg_", "delta_",
    "http_", "load_", "install", "getenv", "current_setting", "getvariable", "current_user", "current_role",
    "session_user", "current_database", "current_schema", "current_catalog", "current_query", "version", "has_", "pg_",
    "inet_", "json_execute", "json_serialize", "from_substrait", "get_substrait", "query", "query_table", "export",
    "copy", "attach", "write_log", "sleep", "checkpoint", "force_checkpoint", "which_secret", "summary", "test_",
)  # fmt: skip
TYPES = {
    "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER", "integer": "INTEGER", "bigint": "BIGINT",
    "float": "DOUBLE", "real": "DOUBLE", "double": "DOUBLE", "text": "VARCHAR", "string": "VARCHAR",
    "varchar": "VARCHAR", "bool": "BOOLEAN", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP",
    "datetime": "TIMESTAMP",
}  # fmt: skip
UNITS = ("microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
DEEPEST, NESTED = 150, 40  # parts within parts; parentheses within parentheses
LEAK = "it would carry test rows into training"


class Refused(Exception):
    """The expression breaks a rule; `at` is where in its text."""

    def __init__(self, rule: str, cure: str | None = None, at: int = 0) -> None:
        super().__init__(rule)
        self.rule, self.cure, self.at = rule, cure, at


def is_aggregate(name: str, at: int, *, allowed: bool) -> bool:
    """Whether a function is over several rows; `allowed` where such a one may stand.

    Raises:
        Refused: it is not a function of an expression, with the reason.
    """
    key = name.lower()
    if key in AGGREGATES:
        if not allowed:
            cure = f"aggregate a table in a join: {{with: TABLE, on: KEY, aggregate: {{NAME: {key}(...)}}}}"
            raise Refused(f"{key}() over all rows is refused: {LEAK}", cure, at)
        return True
    if key in FUNCTIONS:
        return False
    if key in VOLATILE:
        raise Refused(f"{key}() is refused: it would not give the same twice", "use a column, or a constant", at)
    if key in WINDOWS:
        raise Refused(f"{key}() over all rows is refused: {LEAK}", "aggregate a table in a join, with `before`", at)
    if key in ORDERED:
        cure = did_you_mean(key, AGGREGATES) or "use min, max, sum, or a join with `as_of`"
        raise Refused(f"{key}() is refused: it depends on the order of the rows", cure, at)
    if key.startswith(OUTSIDE):
        raise Refused(f"{name}() is refused: it reaches outside of the table", "use columns and constants", at)
    raise Refused(f"unknown function {name!r}", did_you_mean(name, sorted(FUNCTIONS | AGGREGATES)), at)
