"""What is measured of a trained network and its training, as plain numbers, and what they say is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, cast

from protokit.core.plain import Plain as Plain
from protokit.core.plain import PlainDiagnosis, PlainLayer


@dataclass(frozen=True)
class Measured:
    """A mean with its standard error."""

    value: float
    error: float = 0.0


@dataclass(frozen=True)
class LayerCheck:
    """One layer, in the order of the computation, on some training rows.

    `gradient` is the root mean square of the loss's gradient for the layer's kernel, `gradient_start` the same at the
    initial weights; `weight` and `weight_start` are that of the kernel itself, `moved` that of what training changed.
    `dead` is the share of units that give 0 on every row, `saturated` the share of outputs at their bounds, each
    with its value at the initial weights. `reach` is the root mean square of what the layer takes at the initial
    weights, where that comes straight from the data, and `peak` its largest size. `batch_noise` is, of a
    BatchNormalization, the variance of a batch's mean as a share of the rows' variance. None: does not apply. `trains`
    is whether a kernel is trained.
    """

    layer: str
    kind: str
    output: bool = False
    trains: bool = False
    gradient: float | None = None
    gradient_start: float | None = None
    weight: float | None = None
    weight_start: float | None = None
    moved: float | None = None
    activation: str = ""
    dead: float | None = None
    dead_start: float | None = None
    saturated: float | None = None
    saturated_start: float | None = None
    reach: float | None = None
    peak: float | None = None
    batch_noise: float | None = None

    def as_plain(self) -> PlainLayer:
        """What `diagnosis.json` keeps of it."""
        return {
            "layer": self.layer,
            "kind": self.kind,
            "gradient": self.gradient,
            "dead": self.dead,
            "saturated": self.saturated,
        }


@dataclass(frozen=True)
class Aspect:
    """A part of a vector, with the share of its commonest value among training rows, and its skills on validation rows.

    Or a class of steps or pixels: of how many of those of validation rows it is there, on how many it is `called`, and
    which share of it trees find.
    """

    name: str
    top: float = 0.0
    validation: Measured | None = None
    reference: Measured | None = None
    there: int = 0
    called: int = 0
    found_by_trees: float | None = None


@dataclass(frozen=True)
class TargetCheck:
    """One target. `sums` are the least and the largest sum of the network's outputs for a training row.

    `spread` is the root mean square of the target as the network sees it, `values` how many different ones it
    has, and `top` the share of the commonest. Skill is the share of the squared error of a
    constant that goes away; `reference` is that of a small model of trees on the same validation rows. `lead` is by how
    much the squared error of the network on validation rows is more than the reference's, in units of the constant's.
    `without_best` is what trees know without the column that tells them most, where they know next to all with it. Rows
    count by their weights and those of their classes. Where the verdict is that `beaten_by`, a baseline, is better,
    `metric` is that of the verdict, and `scores` are those of the network and of the baseline on the test rows.
    On `agreed` of the `rows` validation rows the network and the trees are sure of one class that is not the row's;
    `expected` is how many it would be, were the network's probabilities right. `aspects` are the parts of a vector, or
    the classes of steps and pixels.
    """

    name: str
    task: str
    loss: str
    activation: str = ""
    logits: bool = False
    sums: tuple[float, float] = (1.0, 1.0)
    spread: float = 1.0
    values: int = 2
    top: float = 0.5
    training: Measured | None = None
    validation: Measured | None = None
    reference: Measured | None = None
    behind: Measured | None = None
    without_best: Measured | None = None
    beaten_by: str = ""
    metric: str = ""
    scores: tuple[float, float] = (0.0, 0.0)
    rows: int = 0
    agreed: int = 0
    expected: float = 0.0
    aspects: tuple[Aspect, ...] = ()


@dataclass(frozen=True)
class Suspect:
    """A validation row whose class the network is sure is another.

    `row` is that of the first table's source, from 0; `place` says it for people: from 1, with file and key.
    """

    row: int
    truth: str
    predicted: str
    probability: float
    place: str = ""


@dataclass(frozen=True)
class Checkup:
    """All that the doctor looks at. Of a run with several networks it is of the first.

    `history` has a mapping for each epoch. Losses are of the recipe's loss: `constant` of the best constant on
    training rows, weighted as in training, `validation_constant` on validation rows; `start` of the initial weights
    and `trained` of the kept ones on some training rows; `penalty_start` is what regularisers add at the start. `gain`
    is the loss that the network saves against the constant on validation rows. `steps` are the batches of an epoch,
    `arguments` those of the optimizer as the recipe has them.
    """

    history: tuple[Mapping[str, float], ...]
    best_epoch: int
    epochs: int
    patience: int | None
    schedule: str
    batch_size: int
    steps: int
    train_rows: int
    optimizer: str
    learning_rate: float
    arguments: Mapping[str, object] = field(default_factory=dict)
    constant: float = 0.0
    validation_constant: float = 0.0
    start: float = 0.0
    trained: float = 0.0
    penalty_start: float = 0.0
    penalty: float = 0.0
    gain: Measured = Measured(0.0)
    layers: tuple[LayerCheck, ...] = ()
    targets: tuple[TargetCheck, ...] = ()
    suspects: tuple[Suspect, ...] = ()

    def as_plain(self) -> dict[str, object]:
        """All numbers as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Edit:
    """A change of a recipe: values by dotted path, a column to ignore, and a change of the menu at one layer.

    `change` puts `item` before the layer, removes it, or sets arguments of it.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    layer: str = ""
    change: Literal["", "before", "remove", "set"] = ""
    item: object = None
    ignore: str = ""


@dataclass(frozen=True)
class Symptom:
    """What a rule of the doctor found: as a diagnosis, its edit not yet applied to a recipe's text.

    `instead` are other edits, tried in turn where the first does not fit the recipe. `target` is the target that it is
    about, where it is about one; `advice` what a person does by hand. A `proposal` is nothing without an edit: where
    none fits the recipe, nothing is said.
    """

    check: str
    severity: Literal["warning", "note"]
    rule: str
    evidence: Mapping[str, Plain] = field(default_factory=dict)
    edit: Edit = Edit()
    advice: str = ""
    target: str = ""
    instead: tuple[Edit, ...] = ()
    proposal: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """What went wrong in a training: the rule with its numbers, and the edit of the recipe, also as a diff.

    The diffs of a run apply one after the other. `advice` is what to do by hand, where there is no edit. `change` has
    the fields of the edit, as `Edit` takes them.
    """

    check: str
    severity: str
    rule: str
    evidence: Mapping[str, Plain] = field(default_factory=dict)
    edit: str = ""
    diff: str = ""
    advice: str = ""
    change: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{self.severity} {self.check}: {self.sentence}>"

    @property
    def sentence(self) -> str:
        """The rule, and what to do by hand in brackets."""
        return self.rule + f" ({self.advice})" * bool(self.advice)

    def as_plain(self) -> PlainDiagnosis:
        """The diagnosis as JSON values."""
        return cast(PlainDiagnosis, asdict(self))

    @classmethod
    def from_plain(cls, plain: PlainDiagnosis) -> Diagnosis:
        """The diagnosis of `as_plain`."""
        return cls(**plain)
