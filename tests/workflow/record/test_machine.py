"""What `environment.json` says of where a run was made."""

from __future__ import annotations

import json

import pytest

from protokit.workflow.record.machine import environment


def test_all_that_decides_about_bits_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("MY_TOKEN", "of-the-person")
    found = environment(("onnx",))
    assert {"scipy", "safetensors", "ml_dtypes", "tensorflow", "onnx"} <= set(found["libraries"])
    assert found["variables"]["OMP_NUM_THREADS"] == "1" and "of-the-person" not in json.dumps(found)
    assert found["threads"] and found["processor"] and "\n" not in found["processor"]
