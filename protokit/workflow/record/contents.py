"""What the files of a run's folder hold, as JSON gives it back. Numbers that are not finite are null: None here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from protokit.core.plain import PlainDiagnosis, PlainFinding, PlainInterval, PlainLayer, PlainNotice, PlainStep

Number = float | None
Outcome = Literal["better", "worse", "cannot tell apart", "not compared"]
TrialOutcome = Literal["better", "worse", "the same", "failed", "no time", "not tried"]


class PlainScore(TypedDict):
    """One metric of one target, of the network and of each baseline; `greater_is_better` is null where neither is."""

    target: str
    metric: str
    greater_is_better: bool | None
    network: PlainInterval
    baselines: dict[str, PlainInterval]
    positive: NotRequired[str]  # the class that it is of, where it is of one of two


class PlainVerdict(TypedDict):
    """Whether the network beat the best baseline of a target, by its main metric."""

    target: str
    metric: str
    baseline: str | None
    outcome: Outcome
    difference: PlainInterval | None
    p: Number
    equal: NotRequired[dict[str, str]]
    sentence: str


PlainClass = TypedDict(  # one class of a target, or one label; of masks with the intersection over union of its pixels
    "PlainClass",
    {"class": str, "rows": int, "precision": Number, "recall": Number, "f1": Number, "iou": NotRequired[Number]},
)


class PlainSlice(TypedDict):
    """The main metric of a target on the test rows of one level of a column."""

    target: str
    column: str
    value: str
    rows: int
    metric: str
    network: PlainInterval
    baseline: PlainInterval | None


class PlainDrop(TypedDict):
    """By how much the metric drops when a column is shuffled."""

    column: str
    metric: str
    drop: PlainInterval


class PlainExplained(TypedDict):
    """Why a test row, by its place in `predictions.parquet`, got its score: column, cell and share of the largest.

    `of` is the class that the score is the probability of; `start` is what is said of the training rows' mean.
    """

    row: int
    missed: bool
    truth: str | float
    of: str | None
    score: Number
    start: Number
    most: list[tuple[str, str, float]]


class PlainCalibration(TypedDict):
    """Probabilities against how often they came true: `chance` is the error of a model that is calibrated."""

    error: PlainInterval
    bins: list[dict[str, float]]
    chance: NotRequired[float]
    temperature: Number


class PlainHeld(TypedDict):
    """Bounds of rows: the share of rows that is to lie between them, and that of the test rows that does."""

    inside: float
    held: float


class PlainRows(TypedDict):
    """How many rows (or windows) there were in each part; of folds those of the first, and all test rows."""

    train: int
    validation: int
    test: int


class PlainNetwork(TypedDict):
    """Fold and seed of a network, from 1, its epochs, and whether XLA won a trial where one was made."""

    fold: int
    seed: int
    epochs: int
    best_epoch: int
    xla: NotRequired[bool]


class PlainTarget(TypedDict):
    """A target; its classes are texts here."""

    name: str
    task: str
    classes: list[str]
    columns: list[str]
    horizon: int
    quantiles: list[float]
    width: int
    threshold: float
    positive: NotRequired[str]  # of two classes
    times: NotRequired[list[float]]  # of survival
    spread: NotRequired[float]  # of counts and numbers above 0
    size: NotRequired[list[int]]  # of masks, height and width
    parts: NotRequired[list[dict[str, object]]]  # of inputs that are given back


class Threshold(TypedDict):
    """Above which probability a row is called positive: chosen by a metric, with its score on validation rows."""

    value: float
    metric: str
    validation: float


class Identified(TypedDict):
    """What tells a row beside its number: what this is counted in (`table`, `file`), and columns such as an ID."""

    places: list[str]
    keys: list[str]


class PlainPart(TypedDict):
    """How good a network is for a part of a vector, in the part's own unit; None where its numbers are all the same."""

    part: str
    r2: float | None
    root_mean_squared_error: float | None
    mean_absolute_error: float | None


class PlainColumn(TypedDict):
    """How good a column is given back, in its own terms, and by what says the same for every row."""

    column: str
    metric: str
    network: float | None
    baseline: float | None


class Details(TypedDict, total=False):
    """What else there is to say of a run's targets, by target or, of slices, one after the other."""

    per_class: dict[str, list[PlainClass]]
    per_quantile: dict[str, list[dict[str, float]]]
    per_part: dict[str, list[PlainPart]]
    per_column: dict[str, list[PlainColumn]]
    calibration: dict[str, PlainCalibration]
    intervals: dict[str, PlainHeld]
    slices: list[PlainSlice]
    thresholds: Mapping[str, Threshold]
    estimators: dict[str, str]
    importance: dict[str, list[PlainDrop]]
    explained: dict[str, list[PlainExplained]]


class Metrics(Details):
    """`metrics.json`, the last file that a run writes.

    `identified_by` are the columns of `predictions.parquet` after `row` that tell which row it is.
    """

    rows: PlainRows
    examples: NotRequired[str]
    networks: list[PlainNetwork]
    engine: dict[str, str]
    identified_by: NotRequired[Identified]
    batch_size: NotRequired[int]
    targets: NotRequired[list[PlainTarget]]
    scores: list[PlainScore]
    verdicts: list[PlainVerdict]
    folds: list[dict[str, Number]]
    network: list[tuple[str, str, list[int], int]]  # name, kind, output shape and parameters of each layer


class Audit(TypedDict):
    """`audit.json`: the findings, and what was decided for the person."""

    findings: Sequence[PlainFinding]
    notices: Sequence[PlainNotice]


class PlainSuspect(TypedDict):
    """A row whose label the network doubts; `place` is it as people read it, which older runs lack."""

    row: int
    truth: str
    predicted: str
    probability: float
    place: NotRequired[str]


class PlainCheckup(TypedDict):
    """`diagnosis.json`: what the doctor found; `failed` says why it could not look."""

    diagnoses: Sequence[PlainDiagnosis]
    layers: Sequence[PlainLayer]
    suspects: Sequence[PlainSuspect]
    failed: NotRequired[str]


class PlainGain(TypedDict):
    """A score of validation rows before a cure and after it; `gain` is more than 0 where it is better."""

    target: str
    metric: str
    before: Number
    after: Number
    gain: PlainInterval
    rows: int


class PlainTrial(TypedDict):
    """What came of a cure: `checks` are those whose cure it is, `edit` a piece of a recipe.

    `why` says why there are no scores, where there are none. `key` stands for the recipe with the cure in it.
    """

    checks: list[str]
    edit: str
    outcome: TrialOutcome
    scores: list[PlainGain]
    seconds: float
    why: str
    key: str


class PlainTried(TypedDict):
    """`cures.json`: what came of the cures of a run, those of its first fold where there are several."""

    trials: list[PlainTrial]
    fold: int
    folds: int


class UsesOfTestSet(TypedDict, total=False):
    """How often the same test rows have been looked at, since when, and the digest of these rows.

    `together` names the look that the run shares with others.
    """

    count: int
    first: str
    at: str
    test_set: str
    together: str


class RunResults(Audit):
    """All that is known of a finished run."""

    metrics: Metrics
    history: Sequence[Mapping[str, float]]
    steps: Sequence[PlainStep]
    looks: UsesOfTestSet
    diagnosis: PlainCheckup


class Environment(TypedDict, total=False):
    """`environment.json`: where the run was made, and from what; `folder` is the recipe's, from that of the run."""

    python: str
    libraries: dict[str, str | None]
    system: str
    processor: str
    cpus: int | None
    threads: int | None  # that the process may use
    variables: dict[str, str]  # of the environment, those that change sums or threads
    started: str
    key: str
    parts: Mapping[str, str]  # of others, each with a hash of its code
    inputs: dict[str, str]
    folder: str
