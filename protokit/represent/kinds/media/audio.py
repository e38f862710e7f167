"""Sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from protokit.core.names import AUDIO_ENDINGS
from protokit.grammar.words import Section
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Kind

if TYPE_CHECKING:
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


class AudioOptions(Section):
    """How a sound is read."""

    rate: int | None = Field(
        None,
        ge=1000,
        le=192_000,
        description="samples a second; those of most training sounds, up to 16,000, when not given",
        examples=[16000],
    )
    length: float | None = Field(
        None,
        gt=0,
        le=600,
        strict=False,
        description="seconds; longer sounds are cut, shorter ones followed by silence; so many that 95 of 100 training "
        "sounds are not cut, up to 10, when not given",
        examples=[3],
    )
    channels: Literal[1, 2] = Field(1, description="1 for the mean of all channels, 2 for left and right", examples=[2])


@KINDS.add
class Audio(Kind):
    """Samples of one rate and length: see `protokit.represent.encoders.media.audio`."""

    name = "audio"
    about = "a sound: the path of a WAV, FLAC or OGG file, or its bytes"
    example = "{audio: {rate: 16000, length: 3}}"
    rank = 7
    options = AudioOptions
    own_input = True
    plural = "sounds"
    audited_as = "image"  # as something that is looked at as a whole

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return tuple(_beep(pitch) for pitch in (220, 440, 880))

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Names of sound files, or their bytes."""
        return cells.column.dtype.kind == "O" and all(map(_is_sound, cells.present.head(100)))

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learns the rate and the length, where they are not written.

        Raises:
            DataError: a cell is no sound.
        """
        from protokit.represent.encoders.media.audio import AudioColumn

        said = options if isinstance(options, AudioOptions) else AudioOptions()
        return AudioColumn.fit(cells, said.rate, said.length, said.channels, context.folder, context.say)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """See FittedColumn."""
        from protokit.represent.encoders.media.audio import AudioColumn

        return AudioColumn.from_plain(plain)


def _is_sound(value: object) -> bool:
    """Whether a cell is a sound by what it is: the name of a file, or its bytes."""
    if isinstance(value, str):
        return value.lower().endswith(AUDIO_ENDINGS)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value[8:12]) == b"WAVE" or bytes(value[:4]) in (b"fLaC", b"OggS")
    return False


def _beep(pitch: int, rate: int = 4000) -> bytes:
    """A quarter of a second of a tone, as a WAV file."""
    import io
    import math
    import struct
    import wave

    samples = [int(12_000 * math.sin(2 * math.pi * pitch * i / rate)) for i in range(rate // 4)]
    held = io.BytesIO()
    with wave.Wave_write(held) as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return held.getvalue()
