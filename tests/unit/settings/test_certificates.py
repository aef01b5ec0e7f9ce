"""The gateway's own certificate: what is wrong with it is found when the settings are read, and nothing of it is told."""

import os
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.settings.certificates import UnusableCertificate, serving_context
from tests.faults.certificates import AVAILABLE, Certificate
from tests.integration.cli.certificates import expired

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="openssl makes the certificates")

CERTIFICATE, KEY = "server.tls.certificate_file", "server.tls.key_file"
PAIR = f"{KEY}: expected the private key that belongs to certificate_file, PEM, without a passphrase"


def tls(certificate: str | None = "c.pem", key: str | None = "c.key") -> str:
    given = ", ".join(
        f"{name}: {file}" for name, file in (("certificate_file", certificate), ("key_file", key)) if file is not None
    )
    return f"server: {{tls: {{{given}}}}}\nupstreams: {{github: {{kind: github}}}}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with c.pem and c.key, and with another pair, o.pem and o.key."""
    directory = tmp_path_factory.mktemp("made")
    for name in ("c", "o"):
        Certificate.made(directory / f"{name}.pem")
    return directory


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    """The test's own copy."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_pair_is_taken(here: Path, load: Any) -> None:
    loaded = load(tls())
    assert loaded.settings.server.tls.certificate_file == Path("c.pem")
    assert loaded.warnings == ()


def test_both_may_be_in_one_file(here: Path, load: Any) -> None:
    (here / "both.pem").write_bytes((here / "c.pem").read_bytes() + (here / "c.key").read_bytes())
    assert load(tls("both.pem", None)).warnings == ()
    assert load(tls("both.pem", "both.pem")).warnings == ()


def test_it_is_served_with_tls_1_2_or_later_and_http_1_1(here: Path) -> None:
    context = serving_context(here / "c.pem", here / "c.key")
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize(
    ("certificate", "key", "told"),
    [
        ("gone.pem", "c.key", f"{CERTIFICATE}: expected the path of a file that can be read, but: No such file"),
        ("c.pem", "gone.key", f"{KEY}: expected the path of a file that can be read, but: No such file"),
        (".", "c.key", f"{CERTIFICATE}: expected the path of a file that can be read, but: Is a directory"),
        ("c.pem", ".", f"{KEY}: expected the path of a file that can be read, but: Is a directory"),
        ('"\\0"', "c.key", f"{CERTIFICATE}: expected"),
        ("empty", "c.key", f"{CERTIFICATE}: expected a PEM file that holds a certificate"),
        ("text", "c.key", f"{CERTIFICATE}: expected a PEM file that holds a certificate"),
        ("c.key", "c.key", f"{CERTIFICATE}: expected a PEM file that holds a certificate"),
        ("half.pem", "c.key", f"{CERTIFICATE}: expected a PEM file that holds a certificate"),
        ("c.pem", "text", PAIR),
        ("c.pem", "empty", PAIR),
        ("c.pem", "c.pem", PAIR),
        ("c.pem", "o.key", PAIR),
        ("c.pem", "locked.key", PAIR),
        (
            "c.pem",
            None,
            f"{CERTIFICATE}: expected a PEM file that holds its private key, too, while key_file is null",
        ),
        (None, "c.key", f"{KEY}: expected null, while certificate_file is null"),
    ],
)
def test_files_that_are_no_pair(
    certificate: str | None, key: str | None, told: str, here: Path, faults_of: Any
) -> None:
    (here / "empty").touch()
    (here / "text").write_text("SECRET\n")
    (here / "half.pem").write_bytes((here / "c.pem").read_bytes()[:200])
    lock = ["openssl", "ec", "-in", "c.key", "-aes256", "-passout", "pass:SECRET", "-out", "locked.key"]
    subprocess.run(lock, cwd=here, check=True, capture_output=True)
    (fault,) = faults_of(tls(certificate, key))
    assert fault.startswith(told)
    assert fault.endswith(" (x.yaml:1)")
    assert "SECRET" not in fault
    assert str(here) not in fault
    assert "BEGIN" not in fault


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_key_that_is_somebody_elses(here: Path, faults_of: Any) -> None:
    (here / "c.key").chmod(0)
    (fault,) = faults_of(tls())
    assert fault.startswith(f"{KEY}: expected the path of a file that can be read, but: Permission denied")


def test_where_it_came_from_is_told(here: Path, faults_of: Any) -> None:
    environ = {"HEADGATE_SERVER__TLS__KEY_FILE": "o.key"}
    assert faults_of(tls(), environ=environ) == [f"{PAIR} (environment HEADGATE_SERVER__TLS__KEY_FILE)"]


def test_an_expired_one_is_a_warning(here: Path, load: Any) -> None:
    expired(here / "c.pem")
    assert load(tls()).warnings == (f"{CERTIFICATE}: callers will refuse it: certificate has expired",)


def test_one_for_callers_is_a_warning(here: Path, load: Any) -> None:
    """It says itself that it is not for servers."""
    again = [
        "openssl",
        "req",
        "-x509",
        "-new",
        "-key",
        "c.key",
        "-subj",
        "/CN=c",
        "-addext",
        "extendedKeyUsage=clientAuth",
    ]
    subprocess.run([*again, "-out", "c.pem"], cwd=here, check=True, capture_output=True)
    (warning,) = load(tls()).warnings
    assert warning.startswith(f"{CERTIFICATE}: callers will refuse it: un")


def test_a_worker_that_finds_them_gone_is_told_so(here: Path) -> None:
    (here / "c.key").unlink()
    with pytest.raises(
        UnusableCertificate, match=f"^{KEY}: expected the path of a file that can be read, but: No such"
    ):
        serving_context(here / "c.pem", here / "c.key")
