#!/bin/sh
# Runs the tests of what runs in one process on every interpreter that pyproject.toml claims and this machine has, besides the one of .venv.
set -eu
cd "$(dirname "$0")/.."
own=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for version in 3.11 3.12 3.13; do
  [ "$version" = "$own" ] && continue
  python=
  for candidate in "$(command -v python$version || true)" "$HOME"/.pyenv/versions/$version.*/bin/python; do
    if [ -x "$candidate" ] && "$candidate" -c 'import ensurepip' 2>/dev/null; then python=$candidate; fi
  done
  if [ -z "$python" ]; then
    echo "== Python $version: not on this machine, not tested"
    continue
  fi
  echo "== Python $version"
  make --no-print-directory PYTHON="$python" VENV=".venv-$version" ".venv-$version/dev.stamp"
  # What differs between interpreters shows inside a process; whole commands and time are tested on one.
  ".venv-$version/bin/pytest" -q -n 3 --dist loadfile tests/unit tests/contract tests/integration
done
