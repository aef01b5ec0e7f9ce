"""The walls of the house: imports point down, and importing does nothing."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Imports every module of the package under an audit hook, which ends the process at the first forbidden deed.
IMPORT_ALL = """
import importlib, os, pkgutil, sys, traceback

FORBIDDEN = {"socket.connect", "socket.bind", "socket.__new__", "subprocess.Popen", "os.system", "os.fork",
             "os.posix_spawn", "_thread.start_new_thread", "os.mkdir", "os.remove", "os.rename", "signal.signal"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC

def forbidden(event, arguments):
    return event in FORBIDDEN or event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING

def watch(event, arguments):
    if forbidden(event, arguments):
        print("".join(traceback.format_stack()), event, arguments, file=sys.stderr)
        os._exit(3)

# What others do when they are imported is theirs: they are imported before anybody watches.
import aiohttp, dependency_injector.wiring, pydantic, sanic, sanic.server, uvloop, yaml
sys.addaudithook(watch)
import app
environ = dict(os.environ)
names = [module.name for module in pkgutil.walk_packages(app.__path__, "app.")]
for name in names:
    importlib.import_module(name)
assert dict(os.environ) == environ, "an import has changed the environment"
print(len(names))
"""


def test_imports_point_down() -> None:
    lint = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_no_import_opens_anything_starts_anything_or_writes_anything() -> None:
    # Without the variables by which a measuring of coverage would come along, and write its file.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    imported = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_ALL],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr
    assert imported.stderr == ""
    assert int(imported.stdout) > 100, "imports print nothing, and all modules were seen"
