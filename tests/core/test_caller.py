"""An error in a notebook is its message and the person's own line."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient

CELLS = """
import protokit
===
def mine():
    return protokit.Menu([{"Dens": 3}])
mine()
===
from contextlib import suppress
protokit.run({"collect": {"tables": {"w": "none.csv"}}, "represent": {"target": "a"}})
===
frame.predict(1)
===
@protokit.loss(task="regression")
def wrong(y_true, y_pred):
    return keras_ops.abs(y_true - y_pred)

protokit.run({
    "collect": {"tables": {"w": {"sklearn": "diabetes"}}}, "represent": {"target": "target"},
    "learn": {"loss": "wrong", "epochs": 1},
})
"""


def test_a_cell_shows_the_message_and_its_own_line() -> None:
    cells = [nbformat.v4.new_code_cell(source=text.strip()) for text in CELLS.split("===")]  # type: ignore[no-untyped-call]
    book = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    NotebookClient(book, timeout=120, allow_errors=True).execute()
    shown = [
        "\n".join(line for out in cell.outputs if out.output_type == "error" for line in out.traceback)
        for cell in book.cells
    ]
    assert shown[1] == (
        "SpecError: [0].Dens: unknown layer 'Dens'\n    did you mean 'Dense'?\n"
        '\nCell In[2], line 2\n----> 2 return protokit.Menu([{"Dens": 3}])'
    )
    assert shown[2].startswith("DataError: collect.tables.w.csv: no such file")
    assert "Cell In[3], line 2\n" in shown[2] and "contextlib" not in shown[2]
    assert "NameError" in shown[3]  # what is not ours is shown as it ever was
    assert shown[4].startswith("DataError: Cell In[5], line 3: the loss 'wrong' fails")
    assert "'keras_ops' is not defined" in shown[4] and "Cell In[5], line 5\n" in shown[4]
    assert "site-packages" not in shown[4]
