"""Trials shown in a database of Optuna's, where optuna-dashboard and people's own programs can read them.

The search never reads it: what is there is a copy, and a database that goes away ends no search.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from protokit.collect.files.secrets import VARIABLE, Location, expand, passwords
from protokit.core.errors import DataError, SpecError
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.menu.slots import Slot
from protokit.search.choosing.sampling import quiet
from protokit.search.table import Trial

_CURE = "write search: {mirror: postgresql://USER:${PASSWORD}@HOST/NAME}, of a database that is there"
_NUMBER = "protokit_trial"  # the attribute that says which trial of the search one is
_STATES = {"complete": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}


class DatabaseMirror:
    """Copies each trial that is over into a study of Optuna in a database.

    Trials that are there already are not copied again. `notices` says once that the database went away.
    """

    def __init__(self, url: str, name: str, slots: Mapping[str, Slot], *, greater_is_better: bool = False) -> None:
        """Open the study, or make it.

        Raises:
            DataError: the database cannot be reached.
            SpecError: a password stands in the URL.
            MissingExtra: Optuna or SQLAlchemy is not installed.
        """
        if any(not VARIABLE.fullmatch(secret) for secret in passwords(url)):
            raise SpecError.one("a password stands in a recipe", "write ${NAME} in its place", ("search", "mirror"))
        self._optuna, sqlalchemy = optional("optuna", "tune"), optional("sqlalchemy", "sql")
        self._slots, self._sign, self.notices = slots, -1.0 if greater_is_better else 1.0, list[str]()
        self._location = expand(url)
        self._study: Any = None
        with self._location.masking(), quiet(), _own_warnings(sqlalchemy):
            try:
                address = _with_driver(sqlalchemy, self._location)
                _hold(address)
                storage = self._optuna.storages.RDBStorage(address, skip_table_creation=False)
                self._study = self._optuna.create_study(
                    storage=storage, study_name=name, load_if_exists=True,
                    direction="maximize" if greater_is_better else "minimize",
                )  # fmt: skip
                self._there = {trial.user_attrs.get(_NUMBER) for trial in self._study.get_trials(deepcopy=False)}
            except (sqlalchemy.exc.SQLAlchemyError, ImportError, OSError, ValueError, RuntimeError) as error:
                raise DataError(f"the mirror cannot be opened: {_said(error)}", cure=_CURE) from None

    def show(self, trial: Trial) -> None:
        """Copy a trial that is over; where the database is gone, it is said once and the search goes on."""
        if self._study is None or trial.number in self._there or trial.state not in _STATES:
            return
        try:
            with quiet(), _own_warnings(optional("sqlalchemy", "sql")):
                self._study.add_trial(self._copy(trial))
            self._there.add(trial.number)
        except Exception as error:  # whatever a driver raises: the search does not hang on the copy
            self._study = None
            told = self._location.masked(f"the mirror went away at trial {trial.number}: {_said(error)}")
            self.notices.append(f"{told}; the search went on, and `--resume` fills it again")

    def _copy(self, trial: Trial) -> Any:
        optuna = self._optuna
        state = getattr(optuna.trial.TrialState, _STATES[trial.state])
        met = {name: value for name, value in trial.values.items() if name in self._slots}
        spaces = {name: _distribution(optuna, self._slots[name], value) for name, value in met.items()}
        value = None if trial.value is None else self._sign * trial.value
        complete = trial.state == "complete" and value is not None
        found = optuna.trial.create_trial(
            state=state if complete or trial.state != "complete" else optuna.trial.TrialState.FAIL,
            value=value if complete else None,
            params={name: _shown(self._slots[name], value) for name, value in met.items()},
            distributions=spaces,
            user_attrs={_NUMBER: trial.number, "reason": trial.reason, "worker": trial.worker},
            intermediate_values={epoch: self._sign * value for epoch, value in trial.reports},
        )
        if trial.began is not None:
            found.datetime_start = datetime.fromtimestamp(trial.began)
            found.datetime_complete = found.datetime_start + timedelta(seconds=trial.seconds or 0.0)
        return found


def _hold(address: str) -> None:
    """Hold that a recipe may have trials written to a database.

    Raises:
        DataError: it may not.
    """
    try:
        access.hold("written", address)
    except access.Refused as error:
        raise DataError(error.rule, cure=error.cure, path=("search", "mirror")) from None


def _distribution(optuna: Any, slot: Slot, value: Any) -> Any:
    """The slot's values as a person reads them there."""
    spaces = optuna.distributions
    if slot.kind == "choice":
        return spaces.CategoricalDistribution(tuple(dict.fromkeys(_text(one) for one in slot.options)))
    low, high = min(slot.options[0], value), max(slot.options[1], value)
    if slot.kind == "int":
        return spaces.IntDistribution(int(low), int(high), log=slot.log)
    return spaces.FloatDistribution(float(low), float(high), log=slot.log)


def _shown(slot: Slot, value: Any) -> Any:
    return _text(value) if slot.kind == "choice" else value


def _text(value: Any) -> str:
    return str(list(value)) if isinstance(value, (list, tuple)) else str(value)


def _with_driver(sqlalchemy: Any, location: Location) -> str:
    """The address with the driver that is installed, where it names none."""
    url = sqlalchemy.make_url(location.text)
    if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
        url = url.set(drivername="postgresql+psycopg")
    return str(url.render_as_string(hide_password=False))


def _said(error: Exception) -> str:
    """What a database says, in a line, without SQLAlchemy's notes."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0] if said else type(error).__name__


@contextmanager
def _own_warnings(sqlalchemy: Any) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
        yield
