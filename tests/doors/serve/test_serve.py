"""A served model over HTTP: what it predicts, refuses, counts and says."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import numpy as np
import pytest

from protokit.doors.serve.fields import fields_of
from tests.doors.serve.conftest import Server

ROW: dict[str, Any] = {
    "size of it": 3.5, "new": True, "shop": "Rome", "code": 2, "day": "2024-02-03", "note": "good day", "tags": ["red"],
}  # fmt: skip


def counted(text: str, column: str, what: str) -> float:
    return float(text.split(f'protokit_cells_total{{column="{column}",what="{what}"}} ')[1].split()[0])


def plain(served: Server, rows: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(served.frame.drop(columns="kept").head(rows).to_json(orient="records"))
    return found


def test_rows_are_predicted_as_the_model_predicts_them(served: Server) -> None:
    expected = served.model.predict(served.frame.head(40))
    status, found, headers = served.ask("/predict/rows", {"rows": plain(served, 40)})
    assert status == 200 and [one["kept"] for one in found["predictions"]] == expected["kept"].tolist()
    shares = [one["kept = yes"] for one in found["predictions"]]
    np.testing.assert_allclose(shares, expected["kept = yes"], atol=1e-6)
    assert headers["x-content-type-options"] == "nosniff" and len(headers["x-request-id"]) == 32
    status, one, _ = served.ask("/predict", plain(served, 1)[0])
    assert one["prediction"]["kept = yes"] == pytest.approx(shares[0], abs=1e-6) and one["notices"] == []
    text = served.frame.head(40).to_csv(index=False)
    status, table, _ = served.ask("/predict/table", text)
    assert status == 200 and table.splitlines()[0] == "kept,kept = no,kept = yes" and len(table.splitlines()) == 41


def test_many_at_once_have_their_own_answers(served: Server) -> None:
    rows = plain(served, 40)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda row: served.ask("/predict", row), rows * 3))
    assert {status for status, _, _ in found} == {200}
    expected = served.model.predict(served.frame.head(40))["kept = yes"].tolist() * 3
    np.testing.assert_allclose([one["prediction"]["kept = yes"] for _, one, _ in found], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        ({"size of it": "abc"}, "size of it", "valid number"),
        ({"size of it": True}, "size of it", "a number, not true or false"),
        ({"size of it": "4.000"}, "size of it", "no quotes around it"),
        ({"shop": [1]}, "shop", "valid string"),
        ({"day": "tomorrow"}, "rows", "'tomorrow' is not a date"),
        ({"new": "maybe"}, "rows", "'maybe' is not true or false"),
        ({"size of it": 1e300}, "rows", "is not between"),
        ({"note": {"x": 1}}, "note", "valid string"),
    ],
)
def test_a_wrong_cell_is_named(served: Server, change: dict[str, Any], place: str, rule: str) -> None:
    for path, body in (("/predict", ROW | change), ("/predict/rows", {"rows": [ROW, ROW | change]})):
        status, found, _ = served.ask(path, body)
        assert status == 422 and any(place in one["place"] and rule in one["rule"] for one in found["errors"]), found


@pytest.mark.parametrize(
    "body",
    ["", "x", "[]", "[" * 100_000, b"\xff\xfe", '{"size of it": 1e999}', '{"size of it": NaN}', "null", '{"rows": 3}'],
)
def test_what_is_no_row_is_refused(served: Server, body: str | bytes) -> None:
    for path in ("/predict", "/predict/rows", "/changes"):
        status, found, _ = served.ask(path, body)
        assert status == 422 and found["errors"] and found["request_id"]


def test_all_missing_columns_are_named_at_once(served: Server) -> None:
    status, found, _ = served.ask("/predict", {})
    assert status == 422 and [one["place"] for one in found["errors"]] == list(served.model.columns)
    status, found, _ = served.ask("/predict/table", "size of it,new,shop,code,day,not\n1,true,Rome,1,2024-01-01,x\n")
    assert (
        status == 422
        and len(found["errors"]) == 2
        and "did you mean 'not'?" in found["errors"][0]["rule"] + str(found["errors"][1])
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "missing"),
        ("size of it,new,shop,code,day,note,tags\n", "no row"),
        ("size of it,new,shop,code,day,note,tags\n1,true\n", "2 cells"),
        ("size of it,new,shop,code,day,note,note,tags\n", "two columns"),
        ('size of it,new,shop,code,day,note,tags\n1,true,,1,,,"red\n1,true,,1,,,blue\n', "not closed"),
        (b"\xff\xfe1", "not UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(served: Server, text: str | bytes, rule: str) -> None:
    status, found, _ = served.ask("/predict/table", text)
    assert status == 422 and rule in str(found["errors"])


def test_a_key_that_stands_twice_is_refused(served: Server) -> None:
    text = json.dumps(ROW)
    twice = text[:-1] + ', "shop": "Oslo"}'
    for path, body in (("/predict", twice), ("/predict/rows", f'{{"rows": [{text}, {twice}]}}'), ("/changes", twice)):
        status, found, _ = served.ask(path, body)
        assert status == 422 and "'shop' stands twice" in str(found["errors"])
    status, found, _ = served.ask("/predict/rows", {"rows": [ROW], "row": 1})
    assert status == 200 and "'row' beside 'rows' was left out" in found["notices"]


def test_a_form_is_told_what_the_body_is(served: Server) -> None:
    status, found, _ = served.ask("/predict/table", "--x\n", **{"Content-Type": "multipart/form-data; boundary=x"})
    assert status == 415 and "--data-binary" in str(found["errors"])


def test_what_get_answers_head_does(served: Server) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=60)
    for path, expected in (("/healthz", 200), ("/", 200), ("/predict", 405), ("/nowhere", 404)):
        connection.request("HEAD", path)
        answer = connection.getresponse()
        assert answer.status == expected and answer.read() == b"" and answer.getheader("x-request-id"), path
    connection.close()


def test_limits_hold(served: Server) -> None:
    status, found, _ = served.ask("/predict/rows", {"rows": [ROW] * 51})
    assert status == 413 and "at most 50 rows" in str(found)
    status, found, _ = served.ask("/predict", "x" * 100_001)
    assert status == 413 and "100,000 bytes" in str(found)
    lines = served.frame.drop(columns="kept").head(51).to_csv(index=False)
    assert served.ask("/predict/table", lines)[0] == 413
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    head = "POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head.encode() + b"".join(b"2710\r\n" + b"x" * 10_000 + b"\r\n" for _ in range(11)))
    assert b" 413 " in connection.recv(100)
    connection.close()


def test_what_is_unlike_training_is_said_and_counted(served: Server) -> None:
    status, found, _ = served.ask("/predict", ROW | {"shop": "Lima", "size of it": 900, "note": None, "colour": "red"})
    said = " ".join(found["notices"])
    assert status == 200 and "'Lima'" in said and "'colour' is no column" in said
    _, text, _ = served.ask("/metrics")
    for column, what in (("shop", "unseen"), ("size of it", "out_of_range"), ("note", "missing")):
        assert f'protokit_cells_total{{column="{column}",what="{what}"}}' in text
    before = counted(text, "size of it", "out_of_range")
    table = served.frame.drop(columns="kept").head(3).assign(**{"size of it": 900}).to_csv(index=False)
    assert served.ask("/predict/table", table)[0] == 200
    assert counted(served.ask("/metrics")[1], "size of it", "out_of_range") == before + 3, "texts of a table too"
    assert 'protokit_requests_total{path="/predict",status="200"}' in text


def test_what_would_change_it(served: Server) -> None:
    row = ROW | {"size of it": 20.0, "new": False}
    status, found, _ = served.ask("/changes", row)
    assert status == 200 and found["target"] == "kept"
    [one] = [one for one in found["changes"] if one["column"] == "size of it"]
    before = served.ask("/predict", row)[1]["prediction"]["kept"]
    after = served.ask("/predict", row | {"size of it": one["to"]})[1]["prediction"]
    assert after["kept"] == one["prediction"] != before
    assert after[f"kept = {one['prediction']}"] == pytest.approx(one["probability"], abs=1e-6)


def test_it_tells_what_it_takes(served: Server) -> None:
    assert served.ask("/healthz")[1] == {"status": "ok", "model": "parcels", "engine": "keras"}
    _, schema, _ = served.ask("/schema")
    by_name = {one["name"]: one for one in schema["columns"]}
    low, high = by_name["size of it"]["range"]
    assert served.frame["size of it"].min() - 1e-3 <= low < high <= served.frame["size of it"].max() + 1e-3
    assert by_name["shop"]["levels"] == ["Oslo", "Rome"] and schema["targets"][0]["classes"] == ["no", "yes"]
    _, api, _ = served.ask("/openapi.json")
    body = api["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["required"]) == set(served.model.columns)
    assert body["properties"]["shop"]["x-levels"] == ["Oslo", "Rome"]
    assert "$ref" not in json.dumps(api["paths"]["/predict"]["post"]["requestBody"])


def test_an_id_of_the_asker_comes_back_if_it_is_one(served: Server) -> None:
    assert served.ask("/healthz", **{"X-Request-ID": "abc-1"})[2]["x-request-id"] == "abc-1"
    assert served.ask("/healthz", **{"X-Request-ID": "a b<script>"})[2]["x-request-id"] != "a b<script>"
    status, found, _ = served.ask("/nowhere")
    assert status == 404 and found["request_id"] and "no such path" in str(found)
    assert served.ask("/predict")[0] == 405


def test_one_who_goes_away_or_is_slow_harms_no_other(served: Server) -> None:
    slow = socket.create_connection(("127.0.0.1", served.port))
    slow.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    gone = socket.create_connection(("127.0.0.1", served.port))
    gone.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    gone.close()
    started = time.monotonic()
    assert served.ask("/predict", ROW)[0] == 200 and time.monotonic() - started < 20
    slow.close()
    assert served.process.poll() is None


def test_numbers_of_the_form_are_in_the_range_of_training(served: Server) -> None:
    for field in fields_of(served.model):
        if field.values:
            assert isinstance(field.fills, float) and field.values[0] <= field.fills <= field.values[-1]
            assert all(field.values[0] <= value <= field.values[-1] for value in map(float, map(str, field.tried(0.0))))
