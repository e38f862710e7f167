"""The default network for sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, log2, prod
from typing import ClassVar

from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

_RATE, _SAMPLES = 16_000, 48_000  # of data of which nothing is known
_FRAME, _STEP = 0.032, 0.01  # seconds of a column of the spectrogram, and between two
_COLUMNS, _MELS = 320, 64  # of the spectrogram, at most
_QUIETEST = 1e-10  # power: nothing is below, so that the loudest of a batch says nothing of its others
_CELLS = 690e6  # of spectrograms that training goes over
_FEWEST, _MOST = 12, 60  # epochs


def _frame(rate: int, samples: int) -> int:
    """Samples of a column of the spectrogram, a power of 2."""
    return int(2 ** max(5, min(round(log2(rate * _FRAME)), int(log2(samples)) - 1)))


def _pitches(rate: int, samples: int) -> int:
    """Rows of the spectrogram."""
    return min(_MELS, _frame(rate, samples) // 4)


def _spectrogram(rate: int, samples: int) -> list[Plain]:
    """A signal as decibels by pitch and time, from about -1 to 1. Shapes: (samples,) -> (mels, columns, 1)."""
    frame = _frame(rate, samples)
    mel: dict[str, Plain] = {
        "fft_length": frame,
        "sequence_stride": max(1, round(rate * _STEP), ceil(samples / _COLUMNS)),
        "sampling_rate": rate,
        "num_mel_bins": _pitches(rate, samples),
        "min_freq": min(20.0, rate / 100),
        "top_db": 1000.0,
        "min_power": _QUIETEST,
    }
    return [
        {"MelSpectrogram": mel},
        {"Rescaling": {"scale": 1 / 50, "offset": 1.0}},
        {"Reshape": {"target_shape": [mel["num_mel_bins"], -1, 1]}},
    ]


def _block(filters: int) -> list[Plain]:
    return [
        {"Conv2D": {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}},
        {"MaxPooling2D": {"pool_size": 2, "padding": "same"}},
        {"BatchNormalization": {"momentum": 0.9}},
        {"Activation": "relu"},
    ]


def _channel(skipped: Sequence[int], spectrogram: Sequence[Plain]) -> list[Plain]:
    """One of two channels: all but it are cut away."""
    return [{"Permute": {"dims": [2, 1]}}, {"Cropping1D": {"cropping": list(skipped)}}, "Flatten", *spectrogram]


_FILTERS = 96  # of the last block


def _network(pitches: int) -> list[Plain]:
    """From a spectrogram to numbers: the mean over time, for each stretch of pitches by itself."""
    after = -(-pitches // 8)
    return [
        *_BLOCKS,
        {"Permute": {"dims": [2, 1, 3]}},
        {"Reshape": {"target_shape": [-1, after * _FILTERS]}},
        "GlobalAveragePooling1D",
        {"Dense": {"units": 96, "activation": "relu"}},
        {"Dropout": 0.3},
    ]


_BLOCKS: tuple[Plain, ...] = (
    {"BatchNormalization": {"axis": 1, "momentum": 0.9}},  # of each pitch by itself
    {"RandomTranslation": {"height_factor": 0.02, "width_factor": 0.1, "fill_mode": "nearest"}},
    {"GaussianNoise": 0.1},
    *_block(24),
    *_block(48),
    *_block(_FILTERS),
    {"Dropout": 0.2},
)


@HOUSE_MENUS.add
class AudioCnn(HouseMenu):
    """A spectrogram of the mel scale, made in the network, and convolutions over pitch and time.

    Training alone moves it a little, in time and in pitch, and adds noise.
    """

    name = "audio_cnn"
    about = "log-mel spectrogram and three blocks of convolutions: the default for sounds"
    example = "menu: audio_cnn"
    layers = (*_spectrogram(_RATE, _SAMPLES), *_network(_pitches(_RATE, _SAMPLES)))
    learn: ClassVar[Mapping[str, Plain]] = {
        "optimizer": {"AdamW": {"learning_rate": 3e-3, "weight_decay": 1e-2}},
        "schedule": "cosine",
    }
    takes = "audio"
    default = True
    rank = 1

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """The spectrogram of the data's rate and length; of two channels one for each, as two colours of an image."""
        spec = next((spec for spec in signature.inputs if spec.kind == "audio"), None)
        if spec is None:
            return cls.layers
        spectrogram = _spectrogram(spec.rate, spec.shape[0])
        network = _network(_pitches(spec.rate, spec.shape[0]))
        if len(spec.shape) == 1:
            return (*spectrogram, *network)
        channels: dict[str, Plain] = {
            "left": _channel([0, 1], spectrogram),
            "right": _channel([1, 0], spectrogram),
        }
        return ({"branch": channels, "merge": {"Concatenate": {"axis": -1}}}, *network)

    @classmethod
    def learning(cls, signature: Signature, rows: int) -> Mapping[str, Plain]:
        """A rate that begins high and falls, over fewer epochs where there is more to go over."""
        sizes = [min(_COLUMNS * _MELS, prod(spec.shape)) for spec in signature.inputs if spec.kind == "audio"]
        epochs = max(_FEWEST, min(_MOST, int(_CELLS / max(1, rows * sum(sizes)))))
        return {**cls.learn, "epochs": epochs, "batch_size": 32}
