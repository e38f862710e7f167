"""How far a recipe of a file reaches: paths, hosts and variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import SpecError
from protokit.core.outside.inner import is_inner
from protokit.core.outside.reach import Reach, host_of


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a recipe's folder and the current one in it, and something else beside them."""
    for name in ("recipes/data", "current", "beside", "run"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "beside" / "t.csv").write_text("x\n1\n")
    monkeypatch.chdir(tmp_path / "current")
    return tmp_path


def reach(here: Path) -> Reach:
    return Reach.of_file(here / "recipes" / "r.yaml")


def test_what_is_below_both_folders_is_read_and_nothing_beside(here: Path) -> None:
    own = reach(here)
    for inside in ("recipes/t.csv", "recipes/data/../t.csv", "current/deep/er/t.csv", "recipes", "recipes/*/t.csv"):
        assert own.refusal("file", str(here / inside)) is None, inside
    for outside in ("beside/t.csv", "recipes/../beside/t.csv", "recipes-too/t.csv", "", "recipes/*/../../beside/t.csv"):
        assert own.refusal("file", str(here / outside)) is not None, outside
    assert own.refusal("file", "t.csv") is None and own.refusal("file", "../beside/t.csv") is not None


def test_links_are_followed_before_they_are_held(here: Path) -> None:
    (here / "recipes" / "link.csv").symlink_to(here / "beside" / "t.csv")
    (here / "recipes" / "folder").symlink_to(here / "beside")
    (here / "recipes" / "own").symlink_to(here / "recipes" / "data")
    own = reach(here)
    for name in ("link.csv", "folder/t.csv", "folder/../recipes/../beside/t.csv", "folder"):
        refusal = own.refusal("file", str(here / "recipes" / name))
        assert refusal is not None and str(here / "beside") in refusal[0], name
    assert own.refusal("file", str(here / "recipes" / "own" / "t.csv")) is None
    for name, holds in (("own/t.png", True), ("own/../t.png", True), ("folder/t.png", False), ("link.csv", False)):
        for _ in range(2):  # the folders of cells are looked up once
            assert (own.refusal("file", str(here / "recipes" / name), by="data") is None) is holds, name
    assert "leads to" in str(own.refusal("file", str(here / "recipes" / "link.csv")))


@pytest.mark.skipif(not Path("/proc/self/root").exists(), reason="the folder of Linux")
def test_the_ways_of_the_system_lead_where_they_lead(here: Path) -> None:
    for path in (
        "/proc/self/root/etc/passwd",
        "/dev/stdin",
        "/proc/self/environ",
        "//etc/passwd",
        "/etc/../etc/passwd",
    ):
        assert reach(here).refusal("file", path) is not None, path


PART = st.one_of(
    st.sampled_from(["..", ".", "", "data", "link", "beside", "~", "*", "**", "C:", "\\", "file:", "recipes"]),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0"), max_size=6),
)


@given(st.lists(PART, max_size=8), st.booleans())
def test_no_path_leads_out(parts: list[str], absolute: bool) -> None:
    root = os.path.realpath(os.sep + "a" + os.sep + "recipes")
    text = "/".join(parts)
    path = Path(os.sep + text) if absolute else Path(root) / text
    refused = Reach((root,)).refusal("file", str(path)) is not None
    real = os.path.realpath(path)
    assert refused == (os.path.commonpath([root, real]) != root)
    allowed = Reach((root,)).allowing(path) if text.strip() and "://" not in str(path) else None
    if allowed is not None and not any(mark in str(path) for mark in "*?["):
        assert allowed.refusal("file", str(path)) is None and allowed.refusal("written", str(path)) is None


def test_what_is_written_is_below_the_run(here: Path) -> None:
    own, run = reach(here), here / "run"
    assert own.refusal("written", str(run / "logs"), run) is None
    assert own.refusal("written", f"sqlite:///{run}/trials.db", run) is None
    for place in (here / "recipes" / "logs", run / ".." / "logs", here / "run-too"):
        assert own.refusal("written", str(place), run) is not None, place
    for address in (f"sqlite:///{here}/recipes/t.db", "file:///tmp/x", "sqlite+pysqlite:////tmp/x.db", "http://h/x"):
        assert own.refusal("written", address, run) is not None, address
    assert own.allowing(here / "recipes").refusal("written", str(here / "recipes" / "logs"), run) is None
    assert own.allowing("http://h").refusal("written", "http://h:5000/x", run) is None


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://example.org/t.csv", "example.org"),
        ("https://Example.ORG.:8443/t.csv", "example.org"),
        ("http://me:word@example.org/t.csv", "example.org"),
        ("http://evil#@example.org/t.csv", "evil"),
        ("http://evil?@example.org/t.csv", "evil"),
        ("http://evil\\@example.org/t.csv", "evil"),
        ("http://[::1]:80/t.csv", "::1"),
        ("s3://Bucket/key", "s3://bucket"),
        ("s3a://bucket/key", "s3://bucket"),
        ("s3://example.org::https://evil/key", "s3://example.org::https:"),
        ("az://box@account.dfs.core.windows.net/t", "az://box@account.dfs.core.windows.net"),
        ("postgresql://me:w@db.example.org:5432/shop", "db.example.org"),
        ("sqlite:///t.db", ""),
        ("http:///t.csv", ""),
        ("http://a b/t.csv", ""),
        ("https://*", "*"),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host


def test_an_address_is_asked_where_its_host_was_allowed(here: Path) -> None:
    own = reach(here)
    asked = "https://example.org/t.csv"
    assert own.refusal("address", asked) is not None
    assert own.allowing("https://example.org").refusal("address", asked) is None
    assert own.allowing("https://*").refusal("address", asked) is None
    assert own.allowing("https://example.org").refusal("address", "https://example.org.evil/t.csv") is not None
    assert own.allowing("https://bucket").refusal("address", "s3://bucket/t.csv") is not None
    assert own.allowing("s3://bucket").refusal("address", "s3://bucket/t.csv") is None
    assert own.allowing("s3://bucket").refusal("address", "s3://bucket-too/t.csv") is not None
    assert own.allowing("https://db").refusal("database", "postgresql://me:w@db/shop") is None
    here_only = own.allowing("http://localhost:5000")
    assert here_only.refusal("address", "http://localhost:5000/x") is None
    assert here_only.refusal("address", "http://localhost:6000/x") is not None


def test_the_whole_web_is_not_this_machine(here: Path) -> None:
    every = reach(here).allowing("https://*")
    for address in ("http://localhost/t", "http://127.0.0.1/t", "http://169.254.169.254/latest", "http://[::1]/t"):
        assert every.refusal("address", address) is not None, address
        assert every.allowing(address).refusal("address", address) is None, address
    assert every.refusal("address", "sqlite+pysqlite:////etc/x.db") is not None  # a file, whatever it is called


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///shop?host=evil",
        "postgresql://db/shop?service=x",
        "postgresql://db/shop?host=evil,other",
        "mysql://db/shop?read_default_file=/etc/my.cnf",
        "mysql://db/shop?unix_socket=/run/x",
        "mssql+pyodbc://db/shop?driver=/tmp/evil.so",
        "mssql+pyodbc:///?odbc_connect=SERVER%3Devil",
        "postgresql://db/shop?sslmode=require&%68ost=evil",
        "duckdb:///md:shop",
        "duckdb:///https://evil/shop.db",
        "duckdb:////etc/shop.db",
        "sqlite:////etc/../etc/shop.db",
        "sqlite:///shop.db?vfs=evil",
    ],
)
def test_a_database_is_the_one_of_the_host_and_no_file(address: str, here: Path) -> None:
    assert reach(here).allowing("https://db").refusal("database", address) is not None


def test_a_database_in_a_file_is_a_file(here: Path) -> None:
    own = reach(here)
    assert own.refusal("database", "duckdb:///shop.db") is None
    assert own.refusal("database", f"sqlite:///{here}/recipes/shop.db") is None
    assert own.allowing(here / "beside").refusal("database", f"duckdb:///{here}/beside/shop.db") is None
    assert own.allowing("https://db").refusal("database", "postgresql://me@db/shop?sslmode=require") is None


def variable(text: str) -> str:
    return text.replace("<", "\0").replace(">", "\0")


@pytest.mark.parametrize(
    "text",
    [
        "https://<${USER}>:w@host/t",
        "https://me:<${WORD}>@host/t",
        "postgresql://me:<${WORD}>@host/shop",
        "https://host/t.csv?key=<${KEY}>",
        "https://host/t.csv?a=b&key=before<${KEY}>&c=d",
    ],
)
def test_a_variable_stands_for_a_user_a_password_or_a_named_value(text: str, here: Path) -> None:
    assert reach(here).refusal("variable", variable(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "<${HOME}>",
        "<${HOME}>/t.csv",
        "data/<${YEAR}>.csv",
        "https://<${HOST}>/t.csv",
        "https://<${HOST}>:80/t.csv",
        "https://me@<${HOST}>/t.csv",
        "https://host/<${WORD}>",
        "https://host/<${WORD}>/x@y",
        "https://host/<${WORD}>?key=x",
        "https://host/t.csv?<${WORD}>",
        "https://host/t.csv?<${WORD}>=x",
        "https://host/t.csv?a=b&<${WORD}>",
        "https://host/t.csv#key=<${WORD}>",
        "https://host/t.csv?a=b#key=<${WORD}>",
        "s3://<${BUCKET}>/t.csv",
        "x?key=<${WORD}>",
        "<${WORD}>://host?key=x",
        "https://me:\0@host/<${WORD}>@h",
    ],
)
def test_a_variable_stands_for_nothing_else(text: str, here: Path) -> None:
    refusal = reach(here).refusal("variable", variable(text))
    assert refusal is not None and "named value of a query" in refusal[0] and "\0" not in "".join(refusal)


def test_what_a_person_typed_is_theirs(here: Path) -> None:
    own = reach(here)
    typed = own.with_typed(
        {"csv": "../beside/t.csv", "a": [3, "https://host/t.csv", "${HOME}/t.csv"]}, here / "recipes"
    )
    assert typed.refusal("file", str(here / "beside" / "t.csv")) is None
    assert typed.refusal("file", str(here / "beside" / "u.csv")) is not None
    assert typed.refusal("address", "https://host/t.csv") is None
    assert typed.refusal("variable", variable("<${HOME}>/t.csv")) is None
    assert own.with_typed("https://*", here).refusal("address", "https://other/t.csv") is not None
    odd = "postgresql:///shop?host=/run/postgresql"
    assert own.with_typed(odd, here).refusal("database", odd) is None


def test_the_cure_is_the_whole_command_or_what_is_given_in_python(here: Path) -> None:
    outside, real = str(here / "beside" / "t.csv"), os.path.realpath(here / "beside" / "t.csv")
    own = Reach.of_file(here / "recipes" / "r.yaml", ("run", "my recipe.yaml", "--set", "seed=1"))
    refusal = own.refusal("file", outside)
    assert refusal is not None
    assert refusal[1] == f"if you trust it: protokit run 'my recipe.yaml' --set seed=1 --allow {real}"
    refusal = own.refusal("address", "https://me:w@host/t.csv")
    assert refusal is not None and refusal[1].endswith("--set seed=1 --allow-web=host") and "w@" not in str(refusal)
    refusal = own.refusal("address", "http://[::1]:80/t.csv")
    assert refusal is not None and refusal[1].endswith("'--allow-web=[::1]'")
    assert own.allowing("https://[::1]").refusal("address", "http://[::1]:80/t.csv") is None
    apart = Reach.of_file(here / "recipes" / "r.yaml", ("check", "--", "-r.yaml"))
    refusal = apart.refusal("file", outside)
    assert refusal is not None and refusal[1].endswith(f"protokit check --allow {real} -- -r.yaml")
    refusal = reach(here).allowing("../x").refusal("address", "s3://bucket/t")
    assert refusal is not None and refusal[1] == 'if you trust it, give allow=["../x", "s3://bucket"]'
    refusal = own.refusal("file", str(here / "beside" / "2024-*.csv"))
    assert refusal is not None and refusal[1].endswith(f"--allow {real[:-6]}")
    cell = own.refusal("file", outside, by="data")
    assert cell is not None and cell[0].startswith("a cell names ") and cell[1].endswith(f"--allow {real[:-6]}")


@pytest.mark.parametrize("wrong", [[""], [" "], [3], None, ["a\0b"], ["https://"], ["http://a b"], 3])
def test_what_allows_nothing_is_refused(wrong: object, here: Path) -> None:
    with pytest.raises(SpecError, match="allow is paths and addresses"):
        reach(here).allowing(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "2130706433", "0x7f.1", "0177.0.0.1", "0",
        "0.0.0.0", "169.254.169.254", "169.254.1.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "::1", "[::1]",
        "::", "fe80::1", "fe80::1%eth0", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254",
        "metadata.google.internal", "metadata",
    ],
)  # fmt: skip
def test_inner_addresses_in_every_form(host: str) -> None:
    assert is_inner(host)


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1", "10.0.0.1", "8.8.8.8", "2001:db8::1", "a.b", "", "é"])
def test_others_are_none(host: str) -> None:
    assert not is_inner(host)
