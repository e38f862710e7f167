"""The audit of the data: what makes scores look better than they are, found before anything is trained."""
