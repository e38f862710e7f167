"""What the names of columns say."""

from __future__ import annotations

import re
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# each of them, alone or with a word for a key, names the key of an entity that has many rows
_ENTITIES = _words(
    "patient customer client user subject person member household student participant speaker author employee "
    "respondent animal player account device machine session case visitor donor passenger owner "
    "recording utterance trial specimen episode trip booking claim invoice pid mrn"
)
_KEYS = _words("id ids uuid guid key no nr num number code hash ref name index")
_TIMES = _words("time times date datetime timestamp ts at hour hours minute minutes min mins day days delay")
_DURATIONS = _words("seconds second secs late lateness duration wait month year week")
_CALENDAR = _words("months mnth years yr weeks weekday dow hr season quarter")
_EARLIER = _words("lag lagged prev previous last past prior before yesterday old initial first")
_ENDS = _words(
    "arr arrival arrived end ended finish finished close closed complete completed completion discharge discharged "
    "deliver delivered delivery return returned resolve resolved resolution actual"
)
_PLANNED = _words("sched scheduled schedule plan planned expected est estimated eta due crs target promised booked")
_GENERIC = _words("target label class y outcome output value result response")


@lru_cache(maxsize=1 << 14)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case.

    >>> tokens("arr_delay"), tokens("customerID")
    (('arr', 'delay'), ('customer', 'id'))
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(word for word in re.split(r"[\W_]+", spaced.casefold()) if word)


def is_entity(name: str) -> bool:
    """Whether it is the key of a person or the like: `patient`, `customer_id`, but not `customer_age`."""
    words = tokens(name)
    return len([w for w in words if w in _ENTITIES]) == 1 and all(w in _ENTITIES | _KEYS for w in words)


def is_key(name: str) -> bool:
    """Whether it is a key by its last word: `store_id`."""
    words = tokens(name)
    return bool(words) and words[-1] in {"id", "ids", "uuid", "guid", "key", "index", "rownames"}


def is_time(name: str) -> bool:
    """Whether it speaks of times: `year`, `dep_time`."""
    return bool(set(tokens(name)) & (_TIMES | _DURATIONS | _CALENDAR))


def is_year(name: str) -> bool:
    """Whether it says the year or date of a row."""
    return bool({*tokens(name)} & {"year", "years", "yr", "date"})


def is_end(name: str) -> bool:
    """Whether it is the time at which something came to its end: `arr_time`, but not `sched_arr_time`."""
    words = {*tokens(name)}
    return bool(words & _ENDS and words & (_TIMES | _DURATIONS)) and not words & _PLANNED


def moment(name: str) -> tuple[str, ...] | None:
    """What happened, of a name with words of time: `arr` of `arr_time` and `arr_delay`; None of other names."""
    words = tokens(name)
    rest = tuple(word for word in words if word not in _TIMES | _DURATIONS)
    return rest if rest and len(rest) < len(words) else None


def made_of(name: str, target: str) -> bool:
    """Whether a name holds that of the target and more: `churn_reason` of `churn`, but not `price_lag_1` of `price`."""
    words, wanted = tokens(name), tokens(target)
    if not wanted or len(words) <= len(wanted) or set(wanted) <= _GENERIC or set(words) & _EARLIER:
        return False
    return any(words[i : i + len(wanted)] == wanted for i in range(len(words) - len(wanted) + 1))
