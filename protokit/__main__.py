"""`python -m protokit` is `protokit`."""

from protokit.cli.app import main

main()
