"""An experiment that goes on from an earlier one: new sets, or new rows of sets that it had."""
