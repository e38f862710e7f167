"""The default network for sequences: what it is by their length, and that what is past an end does not count."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from protokit import Menu
from protokit.core.values.inputs import STEP_IS_THERE, InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.fitting import fitting
from protokit.menu.for_data import for_data
from protokit.menu.house.sequence_cnn import LEFT, SHORT, SequenceCnn, far
from protokit.menu.network.build import build
from protokit.testing.menu import check_menu

TARGET = TargetSpec("y", "multiclass", ("a", "b", "c"))


def sequences(steps: int, *, marked: bool = True) -> InputSpec:
    names = ("u", STEP_IS_THERE) if marked else ("u", "v")
    return InputSpec("sequence", (steps, 2), "float32", names, 0, "sequence")


def network(signature: Signature, menu: object = "sequence_cnn") -> keras.Model:
    return build(for_data(Menu(menu, columns=signature.names), signature), signature)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("steps", [1, 2, SHORT, SHORT + 1, 300])
def test_its_contract_holds_for_each_length(steps: int, marked: bool) -> None:
    check_menu(SequenceCnn, Signature((sequences(steps, marked=marked),), (TARGET,)))


def test_long_sequences_have_strides_until_the_last_ones_see_nearly_all_steps() -> None:
    assert [layer.strides for layer in convolutions(network(Signature((sequences(SHORT),), (TARGET,))))] == [(1,)] * 3
    for steps in (SHORT + 1, 100, 600, 1_000, 5_000):
        found = convolutions(network(Signature((sequences(steps),), (TARGET,))))
        assert [layer.filters for layer in found] == far(steps)
        left = found[-1].output.shape[1]
        assert LEFT <= left <= 2 * LEFT + 1  # of each of so few steps the others are near
        assert 1 + 8 * (2 ** len(found) - 1) > 0.9 * steps


def convolutions(model: keras.Model) -> list[keras.layers.Conv1D]:
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Conv1D)]


@pytest.mark.parametrize("steps", [20, 90])
def test_what_is_past_the_end_is_in_no_mean_and_no_maximum(steps: int) -> None:
    """The pooled numbers are those of the steps that are there alone, however many come after the end."""
    model = network(Signature((sequences(steps),), (TARGET,)))
    made = [layer for layer in model.layers if isinstance(layer, keras.layers.Activation)][-1].output
    dropout = next(layer for layer in model.layers if isinstance(layer, keras.layers.Dropout))
    parts = keras.Model(model.inputs, [made, dropout.input])
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.beta.assign(np.full(layer.beta.shape, 0.7))  # so that something is made of steps that are not there
    lengths = np.array([steps, steps // 2, 3])
    given = np.zeros((3, steps, 2), np.float32)
    for row, length in zip(given, lengths, strict=True):
        row[:length] = np.stack([np.random.default_rng(length).normal(size=length), np.ones(length)], axis=1)
    over_time, pooled = (part.numpy() for part in parts([given]))
    halved = len(far(steps)) if steps > SHORT else 0
    for steps_of, got, length in zip(over_time, pooled, lengths, strict=True):
        there = steps_of[: -(-length // 2**halved)]
        np.testing.assert_allclose(got, [*there.mean(axis=0), *there.max(axis=0)], rtol=1e-4, atol=1e-5)
        assert length == steps or (steps_of[-1] > 0).any()


def test_beside_columns_it_is_as_for_sequences_alone() -> None:
    """A menu that takes a sequence by name has the layers for its length."""
    numbers = InputSpec("numbers", (2,), "float32", ("p", "q"))
    signature = Signature((numbers, sequences(200)), (TARGET,))
    plain = fitting(signature)
    assert [layer.filters for layer in convolutions(network(signature, plain))] == far(200)
    full = for_data(Menu(plain, columns=signature.names), signature).as_plain(in_full=True)
    assert build(Menu.parse(full, columns=signature.names), signature).count_params()


@pytest.mark.parametrize("steps", [1, 5, SHORT, 300])
def test_labels_of_steps_keep_the_steps(steps: int) -> None:
    target = TargetSpec("y", "tagging", ("a", "b", "c"), horizon=steps)
    model = network(Signature((sequences(steps),), (target,)))
    assert model.output.shape == (None, steps, 3)
    sees = 1 + sum(4 * layer.dilation_rate[0] for layer in convolutions(model))
    assert sees >= min(steps, 500)


def test_columns_of_the_whole_sequence_stand_at_each_of_its_steps() -> None:
    columns = InputSpec("numbers", (4,), "float32", ("a", "b", "c", "d"))
    target = TargetSpec("y", "tagging", ("a", "b", "c"), horizon=7)
    signature = Signature((columns, sequences(7)), (target,))
    assert network(signature, fitting(signature)).output.shape == (None, 7, 3)
