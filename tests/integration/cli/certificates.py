"""A certificate that was good once."""

import subprocess
from pathlib import Path

from tests.faults.certificates import Certificate


def expired(file: Path) -> Certificate:
    """One that ended yesterday. `openssl req` makes none that begin in the past; `openssl ca` and `x509` of 3.4 would."""
    made = Certificate.made(file)
    key = str(file.with_suffix(".key"))
    request, extensions = file.with_suffix(".csr"), file.with_suffix(".ext")
    extensions.write_text("subjectAltName=IP:127.0.0.1\n")
    run = ["openssl", "req", "-new", "-key", key, "-subj", "/CN=upstream", "-out", str(request)]
    subprocess.run(run, check=True, capture_output=True)
    directory = file.parent / "authority"
    directory.mkdir()
    (directory / "index.txt").touch()
    (directory / "serial").write_text("01\n")
    (directory / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=it\n[it]\ndatabase={directory}/index.txt\nserial={directory}/serial\nnew_certs_dir={directory}\n"
        f"default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n"
    )
    signing = ["openssl", "ca", "-batch", "-config", str(directory / "ca.cnf"), "-selfsign", "-keyfile", key]
    signing += ["-in", str(request), "-out", str(file), "-notext", "-extfile", str(extensions)]
    signing += ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
    subprocess.run(signing, check=True, capture_output=True)
    return made
