"""What is said of the classes of rows that are to be near each other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from protokit.core.names import as_text
from protokit.core.values.said import Notice
from protokit.core.values.signature import task_of
from protokit.core.values.tables import Split


def told_of_identities(tasks: Mapping[str, str], frame: pd.DataFrame, rows: Split) -> list[Notice]:
    """Whether test rows are of classes that training rows have, too: it is another thing to know new ones apart."""
    name, task = next(iter(tasks.items()), ("", ""))
    if not task or task_of(task).form != "embedding":
        return []
    train, test = ({*frame[name].iloc[part].map(as_text)} for part in (rows.train, rows.test))
    if not (both := len(train & test)):
        return []
    rule = f"{both:,} of the {len(test):,} {name!r} of the test rows are in training rows, too"
    cure = f"to score new ones, represent: {{split: {{by: {{group: {name}}}}}}}"
    return [Notice(f"{rule}: recall is of what the network has met", (name,), cure)]
