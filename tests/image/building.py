"""Runs the lines of a Dockerfile: those that ours has, and no others."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

INSTRUCTION = re.compile(r"([A-Z]+) +(.*)", re.DOTALL)
NETWORK = {name: value for name, value in os.environ.items() if name.lower().startswith(("pip_", "http", "ssl_"))}
"""How this machine reaches a package index."""
PAIR = re.compile(r'([A-Za-z_.]+)=("[^"]*"|\S*)')


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """Its instructions, in order: name and rest."""

    instructions: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        text = re.sub(r"(?m)^\s*#.*\n", "", path.read_text(encoding="utf-8"))
        lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
        return cls(tuple((match[1], match[2].strip()) for line in lines if (match := INSTRUCTION.fullmatch(line))))


@dataclass(slots=True)
class Image:
    """A stage that was built.

    Attributes:
        layer: What it has of its own, over this machine's root.
        python: The prefix that its `python` is of.
        environ: By ENV.
        directory: By WORKDIR.
        user: By USER, number and group.
        entrypoint: With what it is called.
        command: With CMD.
        health: The command of HEALTHCHECK.
        volumes: Paths.
    """

    layer: Path
    python: Path
    environ: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)


def build(  # noqa: C901, PLR0912 -- a table of instructions
    dockerfile: Dockerfile, context: Path, python: Path, work: Path
) -> Image:
    """The last stage.

    Args:
        dockerfile: Its lines.
        context: Where COPY copies from.
        python: The prefix of the Python that stands for the base image's.
        work: For layers.
    """
    stages: dict[str, Image] = {}
    image = Image(work / "none", python)
    for number, (name, rest) in enumerate(dockerfile.instructions):
        match name:
            case "ARG" | "LABEL" | "EXPOSE" | "STOPSIGNAL":
                continue
            case "FROM":
                image = based(work / f"stage{number}", python)
                stages[rest.split(" AS ")[-1]] = image
            case "ENV":
                for key, value in PAIR.findall(rest):
                    image.environ[key] = value.strip('"').replace("$PATH", image.environ["PATH"])
            case "WORKDIR":
                image.directory = rest
                (image.layer / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "COPY":
                copied(rest, image, context, stages)
            case "RUN":
                run(image, ["sh", "-ec", rest])
            case "USER":
                image.user = rest
            case "VOLUME":
                image.volumes = json.loads(rest)
            case "ENTRYPOINT":
                image.entrypoint = json.loads(rest)
            case "CMD":
                image.command = json.loads(rest)
            case "HEALTHCHECK":
                image.health = json.loads(rest.partition("CMD ")[2])
            case _:
                raise AssertionError(f"{name} is an instruction that this cannot run")
    return image


def based(layer: Path, python: Path) -> Image:
    """As `FROM python:…` would be: `python` is on the PATH, for everybody."""
    links = layer / "usr/local/bin"
    links.mkdir(parents=True)
    for name in ("python", "python3"):
        (links / name).symlink_to(python / "bin" / "python3")
    return Image(
        layer, python, {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    )


def copied(rest: str, image: Image, context: Path, stages: dict[str, Image]) -> None:
    sources = rest.split()
    if sources[0].startswith("--from="):
        context = stages[sources.pop(0).removeprefix("--from=")].layer
    *sources, target = sources
    into = image.layer / str(Path(image.directory, target)).lstrip("/")
    for source in sources:
        path = context / source.lstrip("/")
        if path.is_dir():
            shutil.copytree(path, into, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place = into / path.name if target.endswith("/") else into
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)


def rooted(image: Image, *, root: Path, upper: Path, read_only: bool, extra: str = "") -> str:
    """A shell's lines that make the image's root at `root`, in a mount namespace of their own; `extra` comes before it is
    made read-only.
    """
    work = upper.with_name(upper.name + ".work")
    lower = f"{image.layer}:/" if read_only else "/"
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    return f"""
mkdir -p {root} {upper} {work}
mount -t overlay overlay -o {options} {root}
mount --rbind /proc {root}/proc && mount --rbind /dev {root}/dev
{extra}
"""


def run(image: Image, command: list[str]) -> None:
    """One RUN: what it writes stays in the layer.

    Raises:
        CalledProcessError: It failed.
    """
    root = image.layer.with_name(image.layer.name + ".root")
    script = rooted(image, root=root, upper=image.layer, read_only=False)
    script += f'cd / && exec chroot {root} /usr/bin/env -C {image.directory} "$@"\n'
    subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh", *command],
        env={**NETWORK, **image.environ},
        check=True,
    )
