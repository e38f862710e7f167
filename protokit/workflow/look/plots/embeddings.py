"""Where the network puts the rows of a table."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.core.errors import SpecError
from protokit.show.plots.embeddings import embeddings
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class Embeddings(Plot):
    """Rows in the network's last layer but one."""

    name = "embeddings"
    about = "rows of a table where the network's last layer but one puts them, in their two main directions"
    of_target = False
    section = ""  # a run keeps no table

    def fits(self) -> bool:
        """See Plot."""
        return all(target.form != "steps" for target in self.view.targets)

    def draw(self, table: object = None, *, theme: str = "light") -> Figure:
        """Of the rows of a data frame, each marked by what it is predicted to be."""
        if not self.fits() or self.view.embed is None:
            raise self.unfit("windows of series have none")
        if table is None:
            raise SpecError.one("embeddings are of the rows of a table", "write run.plot.embeddings(table)")
        found = self.view.embed(table)
        return embeddings(found.points, found.groups, found.names, found.shares, theme=theme)
