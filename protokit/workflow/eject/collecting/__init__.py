"""The first part of a script: tables read, put below each other, joined and cleaned."""
