"""The face of scikit-learn: networks as estimators, for its searches, pipelines and ensembles."""
