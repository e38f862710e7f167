"""Workers that come by a folder which several machines see."""
