"""Builds and runs the image of deploy/docker without Docker, as root: `python -m tests.image`.

The Dockerfile's own lines are run, each stage in a root of its own: an overlay over this machine's, in which `python` is a
Python as the base image has it. What comes out runs as the image would: its user, no capabilities, a read-only root, volumes,
process 1 of its own PID namespace. Then it is asked, checked for its health, and stopped. What cannot be seen so is what only
the base image has. Needs root, overlayfs and namespaces (util-linux), and a package index for pip.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.image.building import Dockerfile, build
from tests.image.running import tried

SHARED_MEMORY = "/dev/shm"  # noqa: S108 -- a directory of its own is made there
ROOT = Path(__file__).parents[2]


def main() -> int:
    """Says what came of it; 0 when all went well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--python", type=Path, default=Path(sys.base_prefix), help="the prefix of the Python to build with"
    )
    options = parser.parse_args()
    # In memory: overlayfs takes no layer from within another one.
    work = Path(tempfile.mkdtemp(prefix="headgate-image-", dir=SHARED_MEMORY))
    try:
        image = build(Dockerfile.read(ROOT / "deploy/docker/Dockerfile"), ROOT, options.python.resolve(), work)
        found = tried(image, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0 if all(value is not False for value in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
