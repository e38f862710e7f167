"""Training that loops over Keras's train step in compiled functions, without Python between the batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from protokit.core.libraries.backend import keras, tf
from protokit.core.values.arrays import Arrays
from protokit.learn.engine import AfterEpoch, CannotCompile, NotFinite, Training
from protokit.learn.order import Order
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import assign, values, variables
from protokit.learn.training import data_feed
from protokit.learn.training.choice import Choice
from protokit.learn.training.data_feed import Batch, DataFeed
from protokit.learn.training.devices import mirrored
from protokit.learn.training.failures import first_line
from protokit.learn.training.mirrored import MirroredProgram
from protokit.learn.training.program import Program

# what TensorFlow and a person's own code raise where they cannot be compiled
UNCOMPILED = (tf.errors.OpError, ValueError, TypeError, AttributeError, NotImplementedError)
_TRIAL_SECONDS = 0.3
_MANY = 4096  # rows whose order takes longer to draw than a thread to wake
_SHOWN = {True: "with XLA: a trial showed a gain", False: "without XLA: a trial showed no gain"}
_CLEARLY = 1.2  # times faster: less is not worth another program


class FusedLoop(Training):
    """Weights, metrics and random draws follow Keras's `fit` on the same batches."""

    def __init__(self, network: keras.Model, plan: Plan, choose: Callable[[Plan], Choice]) -> None:
        self._choose, self._choice = choose, choose(plan)
        super().__init__(network, self._choice.reason)
        self._programs: dict[tuple[str, int, int], Program] = {}
        self._refused: str | None = None  # why XLA cannot compile this network
        self._shown: str | None = None  # what a trial of XLA showed
        self._lost = False  # a trial showed no gain from XLA
        self._careful = False  # in this training: XLA gave values that were not finite
        self._streamed = ""
        self._read: Sequence[tf.Tensor] | None = None

    @property
    def how(self) -> str:
        """See Training."""
        careful = "without XLA, whose code gave values that are not finite" if self._careful else None
        found = careful or self._refused or self._shown or self._choice.reason
        return found + (f", rows streamed: {self._streamed}" if self._streamed else "")

    @property
    def traces(self) -> dict[str, int]:
        """How often each function was compiled, over all programs."""
        found: dict[str, int] = {}
        for program in self._programs.values():
            for name, count in program.traces.items():
                found[name] = found.get(name, 0) + count
        return found

    @property
    def weights(self) -> Sequence[tf.Tensor] | None:
        """See Training."""
        return self._read

    def recall(self, progress: Progress) -> None:
        """See Training."""
        self._careful = progress.careful
        if progress.xla is not None:
            self._lost, self._shown = not progress.xla, _SHOWN[progress.xla]

    def replan(self, plan: Plan) -> None:
        """See Training."""
        self._choice = self._choose(plan)
        for program in self._programs.values():
            program.spoilt()

    def retreat(self, progress: Progress) -> bool:
        """See Training. XLA's code has other rules for what is not a number than TensorFlow's own."""
        if (
            not self._uses_xla
            or self._choice.xla_from is None
            or not any(program.has_xla for program in self._programs.values())
        ):
            return False
        self._careful = progress.careful = True
        return True

    @property
    def _uses_xla(self) -> bool:
        return not (self._lost or self._careful)

    def prepare(self, train: Arrays, validation: Arrays, plan: Plan) -> None:
        """See Training."""
        program = self._program(train, plan)
        try:
            program.compile()
            program.compile_test(data_feed.rows_spec(data_feed.batch_of(validation, plan.validation_weights)))
        except UNCOMPILED as error:
            raise CannotCompile(first_line(error)) from error
        if self._choice.xla_from == 0 and not self._choice.trial and self._uses_xla:
            self._compile_xla(program)

    def train(
        self,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: AfterEpoch,
    ) -> None:
        """See Training."""
        program = self._program(train, plan)
        parts = data_feed.batch_of(train, plan.weights), data_feed.batch_of(validation, plan.validation_weights)
        rows, checked = self._feeds(*parts)
        going, rate = not progress.done, None
        with ThreadPoolExecutor(1) as pool:

            def drawn(epoch: int) -> Callable[[], Order]:
                if train.rows < _MANY:
                    return lambda: plan.order(epoch, train.rows)
                return pool.submit(plan.order, epoch, train.rows).result  # drawn while TensorFlow works

            order = drawn(progress.epoch)
            while going:
                epoch, places = progress.epoch, order()
                order = drawn(epoch + 1)
                if rate != (rate := progress.learning_rate(base_rate, plan)):
                    self._network.optimizer.learning_rate = rate
                xla = self._with_xla(program, epoch, rows, places, progress)
                self._read = None  # a loop that alone holds the weights need not copy them
                done = program.train_epoch(rows, places, checked, xla=xla)
                if done.bad is not None or not done.finite:
                    raise NotFinite
                self._read = done.weights
                going = after_epoch(done.scores | {f"validation_{n}": value for n, value in done.validation.items()})

    def steps(self, train: Arrays, plan: Plan, epoch: int, count: int | None = None) -> int | None:
        """See Training."""
        program = self._program(train, plan)
        [rows] = self._feeds(data_feed.batch_of(train, plan.weights))
        start = self._choice.xla_from
        xla = program.has_xla and self._uses_xla and start is not None and epoch >= start
        bad = program.epoch(rows, plan.order(epoch, train.rows), xla=xla, steps=count)
        _, finite = program.scores()
        return bad if bad is not None or finite else (plan.steps(train.rows) if count is None else count)

    def _program(self, train: Arrays, plan: Plan) -> Program:
        """The program for rows of this kind. More or fewer of them are no other kind, unless the plan is `alone`."""
        example = data_feed.batch_of(train, plan.weights)
        chunk = data_feed.chunk_of(example, plan.batch_size, plan.typical_rows) if plan.alone else 0
        kind = (str(data_feed.rows_spec(example)), plan.batch_size, chunk)
        if kind not in self._programs:
            like = next((one for (spec, *_), one in self._programs.items() if spec == kind[0]), None)
            program = Program if mirrored(self._network) == 1 else MirroredProgram
            self._programs[kind] = program(self._network, plan.batch_size, example, plan.typical_rows, like)
        return self._programs[kind]

    def _feeds(self, *parts: Batch) -> list[DataFeed]:
        self._streamed = data_feed.streamed(*parts)
        return [data_feed.Streamed(part) if self._streamed else data_feed.Resident(part) for part in parts]

    def _with_xla(self, program: Program, epoch: int, rows: DataFeed, order: Order, progress: Progress) -> bool:
        """Whether this epoch is for the loop with XLA, which is compiled here if it has to be."""
        start = self._choice.xla_from
        if start is None or epoch < start or not self._uses_xla or not self._compile_xla(program):
            return False
        if self._choice.trial and progress.xla is None:
            progress.xla = self._faster(program, rows, order)
            self._lost, self._shown = not progress.xla, _SHOWN[progress.xla]
        return not self._lost

    def _compile_xla(self, program: Program) -> bool:
        if self._refused is None:
            try:
                program.compile_xla()
            except UNCOMPILED as error:
                self._refused = f"without XLA, which refused: {first_line(error)}"
        return self._refused is None

    def _faster(self, program: Program, rows: DataFeed, order: Order) -> bool:
        """Whether the loop with XLA takes clearly less time for a few steps; the network stays as it is."""
        before = tuple(values(v) for v in variables(self._network))
        seconds: dict[bool, list[float]] = {False: [], True: []}
        steps = 1
        while True:
            for xla in (False, True):
                started = time.perf_counter()
                program.epoch(rows, order, xla=xla, steps=steps)
                seconds[xla].append((time.perf_counter() - started) / steps)
            whole = steps * program.batch_size >= len(order)
            if (whole and len(seconds[True]) > 2) or steps * seconds[False][-1] > _TRIAL_SECONDS:
                break
            steps = steps if whole else steps * 2
        assign(variables(self._network), before)
        return min(seconds[True][1:]) * _CLEARLY < min(seconds[False][1:]) if len(seconds[True]) > 1 else False
