"""Parts of scripts that forecast series: windows of their rows stand where other scripts have the rows of a table."""
