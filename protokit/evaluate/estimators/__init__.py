"""The work of the baselines: feature matrices, forecasts, neighbours, and how a baseline is fitted and asked."""
