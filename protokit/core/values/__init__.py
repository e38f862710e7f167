"""The values that pass between the four steps. Frozen; arrays and frames inside are not to be changed."""
