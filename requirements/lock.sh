#!/bin/sh
# Writes requirements/{runtime,build,dev,bench}.txt: every interpreter we claim, hashes, no index URL.
# Extras stay in (`coverage[toml]==…`): pip, asked for hashes, refuses an extra that is pinned without it as soon as a
# newer release of the package is out.
set -eu
cd "$(dirname "$0")/.."
UV=${UV:-uv}
compile() {
  output=$1
  shift
  "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-header --no-annotate --no-emit-find-links --no-strip-extras --output-file "requirements/$output" "$@"
}
compile runtime.txt pyproject.toml
compile build.txt --group build --constraint requirements/runtime.txt
compile dev.txt --group dev --constraint requirements/runtime.txt
compile bench.txt --group bench --constraint requirements/runtime.txt --constraint requirements/dev.txt
