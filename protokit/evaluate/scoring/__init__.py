"""What the metrics compute: scikit-learn's functions, and our own of many resamplings at once."""
