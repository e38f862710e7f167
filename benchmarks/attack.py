"""What strangers may send, tried: hostile models of all kinds, each in a child that is watched, in docs/security.md.

    python benchmarks/attack.py --models 40 --write

Models are trained from `recipes/`, and kept in `--kept` for the next time. A case holds where protokit refuses it by an
error of its own, or takes it as another model whose predictions are numbers; nothing outside is opened or asked, within
20 seconds and 2 GiB.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from attacks import bundles
from attacks.child import Child, Outcome
from rooms import ROOT, fill

RECIPES = ("anomalies", "messages", "orders", "pumps", "sales", "shapes", "shop", "vae", "wine", "wine_clusters")
PAGE = ROOT / "docs" / "security.md"


def main() -> None:
    """Try all, print what does not hold, and say how many did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=40, help="cases of each of ten models")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "protokit-attack")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/security.md")
    given = parser.parse_args()
    found: Counter[tuple[str, bool]] = Counter()
    for model, case, outcome in models(given.kept, given.models, given.seed):
        found[case.kind, outcome.held] += 1
        if not outcome.held:
            told = outcome.text.strip().splitlines()[-1:] or [""]
            print(
                f"{model} {case.kind}: {case.what[:100]}: {outcome.end} {told[0][:150]} {outcome.reached}", flush=True
            )
    lines = [f"Measured on {date.today()} by `benchmarks/attack.py --models {given.models} --seed {given.seed}`.", ""]
    lines += ["| models that a stranger may send | tried | held |", "|---|---|---|"]
    kinds = sorted({kind for kind, _ in found})
    lines += [f"| {kind} | {found[kind, True] + found[kind, False]} | {found[kind, True]} |" for kind in kinds]
    tried, held = sum(found.values()), sum(found[kind, True] for kind in kinds)
    lines.append(f"| all | {tried} | {held} |")
    print("\n".join(lines))
    if given.write:
        fill(PAGE, "attack", "\n".join(lines))


def models(kept: Path, each: int, seed: int) -> Iterator[tuple[str, bundles.Case, Outcome]]:
    """Hostile models, and what came of loading each and predicting a few rows."""
    with tempfile.TemporaryDirectory() as work:
        bait, sent = Path(work) / "outside", Path(work) / "sent"
        bait.mkdir()
        (bait / "bait.csv").write_text("a,b\n1,2\n")
        paths = os.pathsep.join(map(str, (Path(__file__).parent, ROOT)))
        child = Child({**os.environ, "PYTHONPATH": paths, "BAIT": "of the person"}, Path(work))
        for name in RECIPES:
            run = trained(kept, name)
            for case in bundles.cases(run / "model", bait, each, seed):
                case.make(bundles.copied(run / "model", sent))
                rows = run / "rows.parquet"
                asked = {"folder": str(sent), "rows": str(rows), "base": str(ROOT / "recipes")}
                yield name, case, child.do("bundle", asked, (sent, rows, ROOT / "recipes"), (), bait)
                for path in (*sent.rglob("*"), sent):
                    with suppress(OSError):
                        path.chmod(0o700)
        child.close()


def trained(kept: Path, name: str) -> Path:
    """A folder with a model of a recipe, and rows for it; made where missing."""
    folder = kept / name
    if not (folder / "rows.parquet").exists():
        code = f"""
import protokit, shutil
run = protokit.run("recipes/{name}.yaml", out={str(kept / "runs")!r}, set={{"learn.epochs": 1}})
shutil.copytree(run.path / "model", {str(folder / "model")!r}, dirs_exist_ok=True)
table = protokit.table("recipes/{name}.yaml").frame
if "{name}" == "sales":
    table = table[table["shop"] == table["shop"][0]].head(120).copy()
    table.loc[table.index[-14:], "sales"] = None
table.head(120 if "{name}" == "sales" else 60).to_parquet({str(folder / "rows.parquet")!r})
"""
        folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env=environment, stdout=subprocess.DEVNULL)
    return folder


if __name__ == "__main__":
    main()
