"""The network as it was after some epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.learn.hooks.after_epoch import AFTER_EPOCH, HookPart

if TYPE_CHECKING:
    from protokit.learn.hooks.work.epoch_end import EpochEnd


def SaveNetwork(end: EpochEnd, every: int = 1) -> None:
    """The network after each epoch, or every few, as a file of Keras: `epochs/0005.keras` in the run's folder."""
    if end.epoch % max(1, every):
        return
    from protokit.learn.hooks.work.saved import save_network

    save_network(end, f"epochs/{end.epoch:04}.keras")


AFTER_EPOCH.add(HookPart(SaveNetwork, "SaveNetwork", example={"SaveNetwork": {"every": 5}}, types={"every": "integer"}))
