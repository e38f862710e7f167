import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from attacks import bundles, child

kept = Path(sys.argv[1]).resolve()
per = int(sys.argv[2])
seed = int(sys.argv[3])
only = sys.argv[4:]
work = Path(tempfile.mkdtemp())
bait = work / "outside"
bait.mkdir()
(bait / "bait.csv").write_text("a,b\n1,2\n")
out = []
env = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)]),
    "PROTOKIT_CANARY": "canary",
}
kid = child.Child(env, work)
base = Path("recipes").resolve()
for run in sorted(kept.iterdir()):
    if only and run.name not in only:
        continue
    model = run / "model"
    table = run / "rows.parquet"
    for i, case in enumerate(bundles.cases(model, bait, per, seed)):
        folder = bundles.copied(model, work / "sent")
        try:
            case.make(folder)
        except Exception as e:
            print("MAKE", case.kind, case.what, repr(e)[:200])
            continue
        o = kid.do(
            "bundle",
            dict(folder=str(folder), rows=str(table), base=str(base) if run.name == "shapes" else None),
            (folder, table, base),
            (),
            bait,
        )
        out.append(dict(model=run.name, kind=case.kind, what=case.what, **o.__dict__))
        last = o.text.strip().splitlines()[-1][:160] if o.text.strip() else ""
        print(
            f"{'held' if o.held else 'FAIL'} {run.name} {case.kind} | {case.what[:110]} | {o.end} {o.seconds:.1f}s {o.peak >> 20}M {o.length} | {last} {o.reached[:2]}",
            flush=True,
        )
        for p in work.rglob("*"):
            try:
                os.chmod(p, 0o700)
            except OSError:
                pass
json.dump(out, open(sys.argv[1].rstrip("/") + ".json", "w"))
kid.close()
