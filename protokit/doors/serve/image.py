"""A folder from which `docker build` makes the image of a server."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from protokit.bundle.files.model_files import FILES, ROWS
from protokit.bundle.folder import load
from protokit.bundle.intake import Intake
from protokit.bundle.model import Model
from protokit.bundle.writing import put_in_place
from protokit.core.errors import DataError, SpecError
from protokit.core.files import write_text
from protokit.doors.onnx_model import NAME, OnnxModel, beside, why_alone
from protokit.doors.placing import workplace
from protokit.doors.serve.fields import fields_of
from protokit.doors.serve.pinned import pinned

_HEAD = "# A model behind HTTP, written by protokit serve --dockerfile"
_WHEELS = """Wheels that no index of packages has come here, such as that of protokit itself:
pip wheel --no-deps -w wheels PATH_OF_PROTOKIT
"""
_IGNORED = "*\n!requirements.txt\n!wheels\n!model\n"
_DOCKERFILE = """{head}
# docker build -t {tag} . && docker run --rm -p 8000:{port} {tag}
FROM python:{python}-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv
COPY requirements.txt ./
COPY wheels ./wheels
# all that is needed is listed, at the versions of the machine that this was written on
RUN pip install --no-deps --find-links wheels -r requirements.txt
COPY model ./{tag}
RUN useradd --create-home --uid 10001 server
USER server
EXPOSE {port}
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \\
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/healthz', timeout=4)"]
CMD {command}
"""


@dataclass(frozen=True)
class Image:
    """What was written: the folder, what the image can be called, how many packages, and why with TensorFlow."""

    folder: Path
    tag: str
    packages: int
    why: str


def write_image(intake: Intake, title: str, folder: Path, *, port: int, rows: int, megabytes: float) -> Image:
    """Write the folder: Dockerfile, .dockerignore, requirements.txt and the model, with its file where it has one.

    Raises:
        SpecError: the model takes what no request can hold.
        DataError: there is something else in the folder, or the disk refused.
    """
    folder, tag = folder.absolute(), re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "model"
    dockerfile = folder / "Dockerfile"
    ours = dockerfile.is_file() and dockerfile.read_text(errors="replace").startswith(_HEAD)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not ours):
        raise DataError("there is something else", place=str(folder), cure="choose another folder: -o DIR")
    with workplace(folder) as work:
        made = work / "image"
        why = _copied(intake, made / "model")
        packages = {str(one["package"]) for one in intake.written.menu.get("plugins", ()) if one["package"]}
        lines = pinned(networks=bool(why), plugins=sorted(packages))
        command = ["protokit", "serve", tag, "--host", "0.0.0.0", "--port", str(port)]
        command += ["--rows", str(rows), "--megabytes", f"{megabytes:g}"]
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        text = _DOCKERFILE.format(head=_HEAD, tag=tag, port=port, python=python, command=json.dumps(command))
        write_text(made / "Dockerfile", text)
        write_text(made / ".dockerignore", _IGNORED)
        write_text(made / "requirements.txt", "\n".join(lines) + "\n")
        write_text(made / "wheels" / "README.txt", _WHEELS)
        put_in_place(made, folder)
    return Image(folder, tag, len(lines), why)


def _copied(intake: Intake, to: Path) -> str:
    """The files of a model, with an export beside them; or why there is none."""
    to.mkdir(parents=True)
    for name in (*FILES, ROWS, "manifest.json", NAME, f"{NAME}.json"):
        if (intake.folder / name).is_file():
            shutil.copyfile(intake.folder / name, to / name)
    found: OnnxModel | Model | None = beside(intake, "")[0]
    if found is None:
        for name in (NAME, f"{NAME}.json"):  # of another model
            (to / name).unlink(missing_ok=True)
        found = load(to)
    fields_of(found)
    if isinstance(found, Model):
        if why := why_alone(found):
            return why
        try:
            found.export(to / NAME)
        except SpecError as error:
            return error.faults[0].rule
        except DataError as error:
            return f"as a file {error.rule}"
    return ""
