"""What may be written of what is called while a network trains."""

from __future__ import annotations

from protokit.grammar.words import Word
from protokit.learn.hooks.after_epoch import SHELF as HOOKS
from protokit.learn.hooks.callback import SHELF as CALLBACKS

AFTER_EPOCH_WORD = Word(HOOKS.several, HOOKS.list_schema)
CALLBACKS_WORD = Word(CALLBACKS.several, CALLBACKS.list_schema)
