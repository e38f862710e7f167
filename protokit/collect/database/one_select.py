"""What may be sent to a database: one SELECT, which changes nothing and reaches for nothing outside.

The query is parsed in the database's own dialect. What the parser does not know is refused: a view in the database can
say it. The read-only transaction of the database stands behind this, where it has one.
"""

from __future__ import annotations

import logging
import re

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from protokit.core.errors import DataError

# SQLAlchemy's names of dialects that sqlglot calls otherwise
_DIALECTS = {
    "postgresql": "postgres", "cockroachdb": "postgres", "mariadb": "mysql", "mssql": "tsql", "awsathena": "athena",
}  # fmt: skip
_READS = (exp.Select, exp.SetOperation, exp.Values)
# what may stand nowhere in a query, at any depth: a CTE of PostgreSQL may delete
_WRITES = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.TruncateTable, exp.Copy,
    exp.Command, exp.Into, exp.Lock, exp.NextValueFor, exp.Set, exp.Attach, exp.Detach, exp.Pragma, exp.Use,
    exp.Transaction, exp.Commit, exp.Rollback, exp.Kill, exp.LoadData,
)  # fmt: skip
# functions that read or write files, reach other servers, or change the session or the server
_OUTSIDE = re.compile(
    r"""pg_(?!typeof$|column_size$|size_pretty$|get_\w+def$|(?:total_)?relation_size$|table_size$|is_\w+$) .*
    | lo_(?:import|export|from_bytea|put|create|creat|unlink|open) | loread | lowrite | loimport | loexport
    | dblink.* | set_config | setval | nextval | query_to_xml.* | cursor_to_xml.* | table_to_xml.* | database_to_xml.*
    | load_file | sys_exec | sys_eval | sys_get | sys_set | sleep | benchmark | get_lock | release_lock
    | load_extension | readfile | writefile | edit | fts3_tokenizer
    | openrowset | opendatasource | openquery | openxml | xp_.* | sp_.* | fn_get_audit_file | fn_trace_gettable
    | bfilename | httpuritype | xdburitype | dburitype
    | read_\w+ | \w+_scan | scan_\w+ | glob | sniff_csv | getenv | parquet_\w+ | http_\w+ | iceberg_\w+
    | file | url | s3 | s3cluster | gcs | hdfs | remote | remotesecure | executable | mysql | postgresql | mongodb
    | jdbc | odbc | sqlite | azureblobstorage | infile | external_query""",
    re.X | re.I,
)
_PACKAGES = re.compile(r"utl_\w+|dbms_(?!random)\w+|ctxsys|xmltransform", re.I)  # of Oracle: UTL_HTTP.REQUEST
_SCALARS = ("glob",)  # of SQLite: an operator as a function
# statements of Transact-SQL need no ';' before them, and sqlglot takes the word for an alias
_STATEMENTS = frozenset(
    (
        "shutdown",
        "checkpoint",
        "exec",
        "execute",
        "drop",
        "create",
        "alter",
        "insert",
        "update",
        "delete",
        "merge",
        "truncate",
        "grant",
        "revoke",
        "deny",
        "kill",
        "backup",
        "restore",
        "dbcc",
        "reconfigure",
        "waitfor",
        "use",
        "go",
        "declare",
        "begin",
        "commit",
        "rollback",
        "save",
        "bulk",
        "goto",
        "raiserror",
    )  # fmt: skip
)
_CURE = "a query is one SELECT that changes nothing; or make a view of it in the database, and write table: VIEW"


def hold(query: str, backend: str) -> None:
    """Hold that a query is one SELECT, which only reads what is in the database.

    `backend` is SQLAlchemy's name of the dialect: `postgresql`, `mysql`.

    Raises:
        DataError: it is not; the rule says why.
    """
    name = _DIALECTS.get(backend, backend)
    dialect = name if name in Dialect.classes else ""
    if dialect == "mysql" and re.search(r"/\*M?!", query):
        raise DataError("the query holds a comment that the database runs, /*! ... */", cure="remove it")
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True  # it tells what is refused here
    try:
        parsed = sqlglot.parse(query, dialect=dialect or None)
    except (SqlglotError, RecursionError) as error:
        said = re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()
        raise DataError(f"the query cannot be checked: {said[0] if said else 'nested too deep'}", cure=_CURE) from None
    finally:
        logger.disabled = before
    found = [one for one in parsed if one is not None and not isinstance(one, exp.Semicolon)]
    if len(found) != 1:
        raise DataError(f"the query is {len(found)} statements, not one", cure=_CURE)
    [statement] = found
    inner = statement
    while isinstance(inner, (exp.Subquery, exp.Paren)):
        inner = inner.this
    if not isinstance(inner, _READS):
        raise DataError(f"the query is no SELECT: it starts with {_first(query)!r}", cure=_CURE)
    for node in statement.walk():
        if said := _written(node):
            raise DataError(f"the query does not only read: {said}", cure=_CURE)
        if isinstance(node, exp.Func):
            _hold_function(node, backend)
        of_tsql = dialect == "tsql" and isinstance(node, exp.Identifier) and not node.quoted
        if of_tsql and node.name.lower() in _STATEMENTS:
            raise DataError(f"the query has a second statement: {node.name}", cure=_CURE)


def _written(node: exp.Expression) -> str | None:
    """What a part of a query writes or locks; None where it only reads."""
    if isinstance(node, _WRITES):
        return node.key.upper()
    if node.args.get("into"):
        return "SELECT ... INTO"
    return "SELECT ... FOR UPDATE" if node.args.get("locks") else None


def _hold_function(node: exp.Func, backend: str) -> None:
    names = {node.name if isinstance(node, exp.Anonymous) else node.key, *(_names(node))}
    owner = node.parent.this.sql() if isinstance(node.parent, exp.Dot) and node.parent.expression is node else ""
    for name in names:
        if name.lower() in _SCALARS and backend == "sqlite":
            continue
        if _OUTSIDE.fullmatch(name):
            raise DataError(f"the query calls {name}(), which reaches outside the tables", cure=_CURE)
    if any(_PACKAGES.fullmatch(part.strip('"`[]')) for part in owner.split(".")):
        raise DataError(f"the query calls {owner}, which reaches outside the tables", cure=_CURE)


def _names(node: exp.Func) -> list[str]:
    return [] if isinstance(node, exp.Anonymous) else [str(name) for name in type(node).sql_names()]


def _first(query: str) -> str:
    words = re.sub(r"/\*.*?\*/|--[^\n]*", " ", query, flags=re.S).split(maxsplit=1)
    return words[0][:20] if words else ""
