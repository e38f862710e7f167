"""Databases of every kind that SQLAlchemy reaches. Always read anew."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from protokit.collect.files.secrets import VARIABLE, Location, expand, hold_variables
from protokit.collect.options import DatabaseTable, Missing, Query, query_conflict
from protokit.collect.readers.sqlite import Sqlite
from protokit.collect.source import SCHEME, SOURCES, Refusal, Source
from protokit.core.errors import DataError, MissingExtra
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd

# what makes the transactions to come read only; the option of SQLAlchemy does so for PostgreSQL
_READ_ONLY = dict.fromkeys(("mysql", "mariadb"), "SET SESSION TRANSACTION READ ONLY")
_OPENS_ANYTHING = ("shillelagh", "gsheets", "multicorn2")  # tables of these are files and addresses
_ORDERED = re.compile(r"\border\s+by\b", re.I)


@SOURCES.add
class Sql(Source):
    """A table of a database, or what a query gives. Nothing is written: the transaction is rolled back."""

    name = "sql"
    about = "a database, by its SQLAlchemy URL; secrets as ${NAME}"
    example = '{sql: "postgresql://me:${PASSWORD}@host/shop", table: sales}'
    rank = 9

    table: DatabaseTable = None
    missing: Missing = None
    query: Query = None

    @classmethod
    def refused(cls, location: str) -> Refusal | None:
        """What is no URL."""
        if SCHEME.match(location) or VARIABLE.match(location) or location.startswith("sqlite:"):
            return None
        return f"{location!r} is not the URL of a database", "write postgresql://USER:${PASSWORD}@HOST/NAME"

    @classmethod
    def conflicts(cls, written: Mapping[str, object]) -> Iterator[Fault]:
        """A table beside a query, or neither."""
        yield from query_conflict(written)
        if written.get("table") is None and written.get("query") is None:
            yield Fault("sql needs a table or a query", "write table: NAME, or query: select ...", ("sql",))

    def columns(self, folder: Path) -> list[str] | None:
        """Not known without SQLAlchemy and the database; it is held that the recipe may ask that."""
        hold_variables(self.location)
        if backend_of(self.location) == "sqlite":
            access.local(folder / _file_of(self.location))
        elif not VARIABLE.match(self.location):
            access.hold("database", self.location)
        return None

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows, those of a table in the order of its primary key. The digest is that of the rows.

        An SQLite file is read as by its own source.

        Raises:
            DataError: the database cannot be reached, has no such table, or the query is wrong.
            MissingExtra: SQLAlchemy is not installed.
        """
        from protokit.cells.missing import blanked
        from protokit.collect.frames import fingerprint
        from protokit.collect.typed_cells import frame as typed

        location = expand(self.location)
        with location.masking():
            if backend_of(location.text) == "sqlite":
                return Sqlite.model_validate({"location": _file_of(location.text), **self.options}).read(folder, texts)
            names, rows, notices = _rows(location, self)
            for i, name in enumerate(names):
                if name in names[:i]:
                    raise DataError(f"two columns are named {name!r}", cure=f"rename one: select ... as {name}_2")
            if not rows:
                raise DataError("no rows", cure="choose another table or query")
            frame, decided = typed(names, zip(*rows, strict=True))
            return blanked(frame, self.missing, texts), fingerprint(frame), (*notices, *decided)


def backend_of(address: str) -> str:
    """The database that an address names, whatever the driver: `sqlite` of `sqlite+pysqlite:///t.db`."""
    return address.partition(":")[0].partition("+")[0].strip().lower()


def _file_of(address: str) -> str:
    """The path of an SQLite file in its URL.

    Raises:
        DataError: the URL names no file, or is one of SQLite's own, which may ask for more than to read.
    """
    path = address.partition(":///")[2].partition("?")[0]
    if not path or path.startswith(":") or path.lower().startswith("file:"):
        raise DataError("the URL names no SQLite file", cure="write sqlite:///data/shop.db")
    return path


def _rows(location: Location, source: Sql) -> tuple[list[str], list[tuple[object, ...]], list[Notice]]:
    sqlalchemy = optional("sqlalchemy", "sql")
    engine = _engine(sqlalchemy, location)
    backend = str(engine.dialect.name)
    hold_query(source, backend)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)  # of types that a reflected table has
            options = {"postgresql_readonly": True} if backend == "postgresql" else {}
            # without parameters, so that a % or : in the query is only that
            with engine.connect().execution_options(no_parameters=True, **options) as connection:
                if backend in _READ_ONLY:
                    connection.exec_driver_sql(_READ_ONLY[backend])
                query, keys, notices = query_of(source, connection)
                if keys:
                    query += f" order by {', '.join(keys)}"
                result = connection.exec_driver_sql(query)
                if not result.returns_rows:
                    raise DataError("the query gives no rows", cure="a query is one SELECT")
                names = [str(column[0]) for column in result.cursor.description]
                rows = [tuple(row) for row in result.fetchall()]
                connection.rollback()
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise DataError(_reason(error), cure=_cure(error, sqlalchemy, source)) from None
    except (OSError, ValueError, TypeError) as error:  # a driver's own words
        raise DataError(f"the database: {error}", cure="check the URL and the query") from None
    finally:
        engine.dispose()
    return names, rows, notices


def _engine(sqlalchemy: ModuleType, location: Location) -> Any:
    try:
        url = sqlalchemy.make_url(location.text)
        if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
            url = url.set(drivername=f"postgresql+{_installed('psycopg', 'psycopg2')}")
        # a dialect of another package may be SQLite, or a library that opens files, under a name of its own
        if url.get_dialect().name in {"sqlite", *_OPENS_ANYTHING}:
            raise DataError("the database is a file", cure="write {sqlite: data/shop.db}, or the source of the file")
        return access.database(url, poolclass=sqlalchemy.pool.NullPool, connect_args=connect_args(url))
    except sqlalchemy.exc.NoSuchModuleError:
        raise DataError(
            "SQLAlchemy knows no such database", cure="write postgresql://, mysql:// or sqlite:///"
        ) from None
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise DataError("not the URL of a database", cure="write postgresql://USER:${PASSWORD}@HOST/NAME") from None
    except ModuleNotFoundError as error:
        raise DataError(
            f"the driver {error.name!r} of this database is not installed", cure=f"pip install {error.name}"
        ) from None


def connect_args(url: Any) -> dict[str, Any]:
    """What a driver is told so that it opens a file for reading only, and nothing beside it."""
    if url.get_backend_name() == "duckdb":
        config = {"enable_external_access": "false", "lock_configuration": "true"}
        return {"read_only": True, "config": config}
    return {}


def _installed(*drivers: str) -> str:
    for driver in drivers:
        if find_spec(driver):
            return driver
    raise MissingExtra(drivers[0], "sql")


def _select(sqlalchemy: ModuleType, connection: Any, name: str) -> tuple[str, tuple[str, ...]]:
    """A table's rows, and the columns of its primary key. `schema.table` names one outside the default schema."""
    inspector = sqlalchemy.inspect(connection)
    tables = [*inspector.get_table_names(), *inspector.get_view_names()]
    schema, table = None, name
    if table not in tables and "." in name:
        schema, table = name.split(".", 1)
        if schema not in inspector.get_schema_names():
            raise DataError(f"no schema {schema!r}", cure=did_you_mean(schema, inspector.get_schema_names()))
        tables = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    if table not in tables:
        same = [known for known in tables if known.casefold() == table.casefold()]
        cure = did_you_mean(table, same or tables) or (one_of(tables[:20]) if tables else "the database has no tables")
        raise DataError(f"no table {name!r} in the database", cure=cure)
    from protokit.collect.queries.one_select import hold_table

    hold_table(table, schema or "")
    preparer = connection.dialect.identifier_preparer

    def quote(part: str) -> str:
        # % is doubled for parameters, of which there are none
        return str(preparer.quote_identifier(part)).replace("%%", "%")

    query = "select * from " + ".".join(quote(part) for part in (schema, table) if part)
    keys = inspector.get_pk_constraint(table, schema).get("constrained_columns") or []
    return query, tuple(map(quote, keys))


def _reason(error: Exception) -> str:
    """What the database says, in a line; without SQLAlchemy's own notes, which hold the query."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return f"the database: {said[0] if said else type(error).__name__}"


def _cure(error: Exception, sqlalchemy: ModuleType, source: Sql) -> str:
    text = str(error).lower()
    if "password" in text or "authentication" in text or "access denied" in text:
        return "check the user and the password"
    if isinstance(error, sqlalchemy.exc.OperationalError) and ("connect" in text or "resolve" in text):
        return "is the database running, and can it be reached from here?"
    return "check the query" if source.query else "check the URL and the table"


@contextmanager
def snapshot(source: Sql) -> Iterator[Any]:
    """A connection to a source's PostgreSQL, in one transaction that only reads and sees one state throughout.

    Raises:
        DataError: the database cannot be reached.
    """
    sqlalchemy = optional("sqlalchemy", "sql")
    location = expand(source.location)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True, "no_parameters": True}
    with location.masking():
        engine = _engine(sqlalchemy, location)
        try:
            connection = engine.connect().execution_options(**options)
        except sqlalchemy.exc.SQLAlchemyError as error:
            engine.dispose()
            raise DataError(_reason(error), cure=_cure(error, sqlalchemy, source)) from None
    try:
        yield connection
    finally:
        connection.close()  # which rolls back
        engine.dispose()


def query_of(source: Sql, connection: Any) -> tuple[str, tuple[str, ...], list[Notice]]:
    """The query of a source's rows, the columns of a table's primary key as SQL, and what is to be said of the query.

    Raises:
        DataError: there is no such table.
    """
    if source.query is None:
        sqlalchemy = optional("sqlalchemy", "sql")
        try:
            return *_select(sqlalchemy, connection, str(source.table)), []
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise DataError(_reason(error), cure=_cure(error, sqlalchemy, source)) from None
    query, notices = source.query.strip().rstrip(";"), list[Notice]()
    if not _ORDERED.search(query):
        rule = "the query has no ORDER BY: its rows may come in another order another time"
        notices.append(Notice(rule, (), "add order by KEY"))
    return query, (), notices


def hold_query(source: Sql, backend: str) -> None:
    """Hold that a source's query is one SELECT that reads and nothing else.

    Raises:
        DataError: it is not.
    """
    from protokit.collect.queries.one_select import hold

    if source.query is not None:
        hold(source.query, backend)
