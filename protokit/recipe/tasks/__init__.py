"""What has to be there, or must not be, beside a target of a certain form."""
