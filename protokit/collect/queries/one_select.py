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

from protokit.collect.queries.pure_functions import is_pure, name_of
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
# what a server says of itself and of those who use it: no rows to learn from
_OF_THE_SERVER = re.compile(
    r"pg_.*|sqlite_.*|pragma_.*|duckdb_.*|v\$.*|gv\$.*|dba_.*|x\$.*|sysobjects|syslogins|sysusers", re.I
)
_SERVER_SCHEMAS = re.compile(r"pg_.*|information_schema|mysql|performance_schema|sys|system|sqlite_.*", re.I)
_PACKAGES = re.compile(r"utl_\w+|dbms_\w+|ctxsys|owa\w*|sys", re.I)  # of Oracle: UTL_INADDR.GET_HOST_NAME
# statements of Transact-SQL need no ';' before them, and sqlglot takes the word for an alias
_STATEMENTS = {
    "shutdown", "checkpoint", "exec", "execute", "drop", "create", "alter", "insert", "update", "delete", "merge",
    "truncate", "grant", "revoke", "deny", "kill", "backup", "restore", "dbcc", "reconfigure", "waitfor", "use",
    "go", "declare", "begin", "commit", "rollback", "save", "bulk", "goto", "raiserror",
}  # fmt: skip
_LETTERS = "write the characters themselves"
_DERIVE = "take the table, and derive it in the recipe"
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
        unicode = _unicode(query, dialect)
    except (SqlglotError, RecursionError) as error:
        said = re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()
        raise DataError(f"the query cannot be checked: {said[0] if said else 'nested too deep'}", cure=_CURE) from None
    finally:
        logger.disabled = before
    if unicode:
        raise DataError(f"the query writes {unicode}..., names or texts by numbers of characters", cure=_LETTERS)
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
        if written := _written(node):
            raise DataError(f"the query does not only read: {written}", cure=_CURE)
        if isinstance(node, exp.Func):
            _hold_function(node, dialect)
        elif isinstance(node, (exp.SessionParameter, exp.Parameter)):
            raise DataError(f"the query asks for {node.sql()}, a setting or a variable", cure="write its value")
        elif isinstance(node, exp.Table):
            hold_table(node.name, node.db, node.catalog)
        elif isinstance(node, exp.Column) and dialect == "oracle" and _PACKAGES.fullmatch(node.table):
            raise DataError(f"the query calls {node.sql()}, which may reach outside the tables", cure=_DERIVE)
        of_tsql = dialect == "tsql" and isinstance(node, exp.Identifier) and not node.quoted
        if of_tsql and node.name.lower() in _STATEMENTS:
            raise DataError(f"the query has a second statement: {node.name}", cure=_CURE)


def _written(node: exp.Expr) -> str | None:
    """What a part of a query writes or locks; None where it only reads."""
    if isinstance(node, _WRITES):
        return node.key.upper()
    if node.args.get("into"):
        return "SELECT ... INTO"
    return "SELECT ... FOR UPDATE" if node.args.get("locks") else None


def hold_table(table: str, *schemas: str) -> None:
    """Hold that a table has rows of somebody's, and is none in which the server tells of itself.

    Raises:
        DataError: it is one: of users, settings, or what others ask.
    """
    if _OF_THE_SERVER.fullmatch(table) or any(_SERVER_SCHEMAS.fullmatch(schema) for schema in schemas):
        name = ".".join(part for part in (*reversed(schemas), table) if part)
        raise DataError(f"{name} tells of the server, and is no table of data", cure="name a table of your own")


def _hold_function(node: exp.Func, dialect: str) -> None:
    owned = isinstance(node.parent, exp.Dot) and node.parent.expression is node
    if owned or not is_pure(node, dialect):
        name = node.parent.sql() if owned and node.parent is not None else f"{name_of(node)}()"
        raise DataError(f"the query calls {name}, which is none of the functions that only calculate", cure=_DERIVE)


def _unicode(query: str, dialect: str) -> str | None:
    """The start of a name or text by the numbers of its characters, `U&"..."`, which the parser does not know."""
    tokens = sqlglot.tokenize(query, read=dialect or None)
    for one, mark, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        here = query[one.start : after.start + 1]
        if one.text.lower() == "u" and mark.text == "&" and re.fullmatch(r"u&[\"'\[`]", here, re.I):
            return here
    return None


def _first(query: str) -> str:
    words = re.sub(r"/\*.*?\*/|--[^\n]*", " ", query, flags=re.S).split(maxsplit=1)
    return words[0][:20] if words else ""
