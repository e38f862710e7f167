"""The models of several sets together: one for each set, or one that several share."""
