"""The ways out of a trained model: files that other programs read, each with a contract and a proof; and HTTP."""
