"""The files of a model's folder: read under limits, held against what they may say, before anything is built."""
