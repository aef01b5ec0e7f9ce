"""What lies under deploy/ is real: settings, paths, ports, variables and times in it are the program's own.

There is no cluster and no Docker here: `python -m tests.image` builds and runs the image's own steps without them.
"""

import configparser
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import main
from app.cli.help_texts import EXIT_CODES
from app.settings import Loaded, load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "headgate.service"
DOCKERFILE = (DEPLOY / "docker" / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text(encoding="utf-8"))
MANIFESTS = {
    document["kind"]: document
    for document in yaml.safe_load_all((DEPLOY / "kubernetes" / "headgate.yaml").read_text(encoding="utf-8"))
}
TOKEN = "ghp_of_this_test"
MARGIN_SECONDS = 5
"""As `app.cli` has it: what a worker may take besides its drain and its grace."""
KEYS = f"keys: {{somebody: {{hashes: [{{sha256: '{'0' * 64}'}}]}}}}\n"


def stop_seconds(loaded: Loaded) -> float:
    """How long the configuration may take to stop."""
    server = loaded.settings.server
    return server.drain_seconds + server.graceful_shutdown_seconds + MARGIN_SECONDS


class TestSystemd:
    @pytest.fixture
    def service(self) -> dict[str, list[str]]:
        """The settings of [Service], each with all of its values."""
        found: dict[str, list[str]] = {}
        section = ""
        for line in UNIT.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                section = line
            elif section == "[Service]" and line and not line.startswith("#"):
                name, _, value = line.partition("=")
                found.setdefault(name, []).append(value)
        return found

    @pytest.fixture
    def installed(self, tmp_path: Path) -> Path:
        """The unit, with a command that exists here."""
        unit = tmp_path / UNIT.name
        command = Path(sys.executable).with_name("headgate")
        unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/headgate/bin/headgate", str(command)))
        return unit

    def test_it_gives_the_time_that_stopping_takes(self, service: dict[str, list[str]]) -> None:
        production = load_settings(config_path=ROOT / "config/production.yaml", environ={}, working_directory=ROOT)
        assert int(service["TimeoutStopSec"][0]) >= stop_seconds(production)

    def test_its_variables_are_settings_and_its_token_arrives(
        self, service: dict[str, list[str]], tmp_path: Path
    ) -> None:
        (credential, source) = service["LoadCredential"][0].split(":")
        (tmp_path / credential).write_text(f"{TOKEN}\n")
        assert source.startswith("/etc/headgate/")
        environ = dict(line.replace("%d", str(tmp_path)).split("=", 1) for line in service["Environment"])
        loaded = load_settings(
            config_path=ROOT / "config/production.yaml", environ=environ, working_directory=ROOT, for_serving=False
        )
        assert loaded.warnings == ()
        token = loaded.settings.upstreams["github"].token
        assert token is not None
        assert token.get_secret_value() == TOKEN

    def test_it_writes_where_the_example_says(self, service: dict[str, list[str]]) -> None:
        settings = load_settings(
            config_path=ROOT / "config/production.yaml", environ={}, working_directory=ROOT
        ).settings
        state, cache = (
            Path("/var", place, service[name][0])
            for place, name in (("lib", "StateDirectory"), ("cache", "CacheDirectory"))
        )
        assert settings.cache.path.is_relative_to(cache)
        kept = [settings.identity.key_file, settings.callers.key_file, settings.usage.path]
        assert all(path is not None and path.is_relative_to(state) for path in kept)

    def test_a_fault_of_the_configuration_is_not_tried_again(self, service: dict[str, list[str]]) -> None:
        assert "2  the command line or the configuration is at fault" in EXIT_CODES
        assert service["RestartPreventExitStatus"] == ["2"]

    def test_sysusers_makes_its_user(self, service: dict[str, list[str]]) -> None:
        line = (DEPLOY / "systemd" / "headgate.sysusers").read_text(encoding="utf-8").splitlines()[-1]
        assert line.split()[:2] == ["u", service["User"][0]]

    @pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
    def test_systemd_understands_it_and_finds_it_well_closed(self, installed: Path) -> None:
        verified = analyzed("verify", str(installed))
        assert (verified.returncode, verified.stderr) == (0, "")
        judged = analyzed("security", "--offline=true", "--threshold=15", str(installed))
        assert judged.returncode == 0, judged.stdout


def analyzed(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class TestImage:
    def instructions(self) -> Iterator[tuple[str, str]]:
        joined = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE))
        for line in joined.splitlines():
            if line:
                name, _, rest = line.partition(" ")
                yield name, rest

    def test_it_ends_as_somebody_who_is_not_root_by_number(self) -> None:
        users = [rest for name, rest in self.instructions() if name == "USER"]
        assert [re.fullmatch(r"[1-9][0-9]{4}:[1-9][0-9]{4}", user) is not None for user in users] == [True]

    def test_commands_are_lists_and_nothing_is_fetched_by_add(self) -> None:
        by_name = [(name, rest) for name, rest in self.instructions()]
        assert "ADD" not in {name for name, _ in by_name}
        for name, rest in by_name:
            if name in {"CMD", "ENTRYPOINT"}:
                assert rest.startswith("["), rest
        assert ("STOPSIGNAL", "SIGTERM") in by_name

    def test_what_is_installed_is_pinned_by_hashes(self) -> None:
        installing = [
            step
            for name, rest in self.instructions()
            if name == "RUN"
            for step in rest.split("&&")
            if " install " in step
        ]
        pip = [step for step in installing if "pip" in step]
        assert len(pip) == 3
        assert all("--require-hashes" in step or "--no-index" in step for step in pip)

    def test_the_base_has_a_version_and_the_way_to_pin_it_is_told(self) -> None:
        (base,) = [rest for name, rest in self.instructions() if name == "ARG"]
        assert re.fullmatch(r"PYTHON=3\.\d+-slim-[a-z]+", base)
        assert "@sha256:" in DOCKERFILE
        assert {rest.split()[0] for name, rest in self.instructions() if name == "FROM"} == {"python:${PYTHON}"}

    def test_no_secret_is_in_it(self) -> None:
        assert not re.search(r"(?i)\b(?:ARG|ENV)\b[^\n]*(?:TOKEN|SECRET|PASSWORD)", DOCKERFILE)

    def test_what_is_copied_is_what_docker_is_given_and_exists(self) -> None:
        allowed = {
            line.removeprefix("!")
            for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
            if line.startswith("!")
        }
        copied = {
            source
            for name, rest in self.instructions()
            if name == "COPY" and not rest.startswith("--from")
            for source in rest.split()[:-1]
        }
        assert copied == allowed
        assert [path for path in copied if not (ROOT / path).exists()] == []
        assert [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line == "*"] == ["*"]

    def test_its_variables_are_settings_in_its_volumes(self, tmp_path: Path) -> None:
        environ = self.environ()
        loaded = load_settings(environ=environ, working_directory=tmp_path)
        assert loaded.warnings == ()
        settings = loaded.settings
        assert str(settings.server.port) in next(rest for name, rest in self.instructions() if name == "EXPOSE")
        volumes = [
            Path(path) for name, rest in self.instructions() if name == "VOLUME" for path in yaml.safe_load(rest)
        ]
        written = [settings.cache.path, settings.identity.key_file, settings.callers.key_file, settings.usage.path]
        for path in written:
            assert path is not None
            assert any(path.is_relative_to(volume) for volume in volumes), path

    def environ(self) -> dict[str, str]:
        """What ENV of the last stage says of Headgate."""
        last = [rest for name, rest in self.instructions() if name == "ENV"][-1]
        return dict(pair.split("=", 1) for pair in last.split() if pair.startswith("HEADGATE_"))

    def test_compose_gives_it_settings_a_read_only_root_and_time(self, tmp_path: Path) -> None:
        (service,) = COMPOSE["services"].values()
        given = {name: str(value) for name, value in service["environment"].items()}
        (secret,) = COMPOSE["secrets"]
        file = given.pop("HEADGATE_UPSTREAMS__GITHUB__TOKEN_FILE")
        assert file == f"/run/secrets/{secret}"
        (tmp_path / "token").write_text(TOKEN)
        (tmp_path / "keys.yaml").write_text(KEYS)
        environ = {
            **self.environ(),
            **given,
            "HEADGATE_UPSTREAMS__GITHUB__TOKEN_FILE": "token",
            "HEADGATE_CALLERS__KEY_FILE": "keys.yaml",
        }
        loaded = load_settings(environ=environ, working_directory=tmp_path)
        assert loaded.warnings == ()
        assert int(service["stop_grace_period"].removesuffix("s")) >= stop_seconds(loaded)
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert {volume.partition(":")[2] for volume in service["volumes"]} == {
            path for name, rest in self.instructions() if name == "VOLUME" for path in yaml.safe_load(rest)
        }
        assert service["build"]["dockerfile"] == "deploy/docker/Dockerfile"
        assert (DEPLOY / "docker" / service["build"]["context"]).resolve() == ROOT


class TestKubernetes:
    @pytest.fixture
    def pod(self) -> dict[str, Any]:
        pod: dict[str, Any] = MANIFESTS["Deployment"]["spec"]["template"]["spec"]
        return pod

    @pytest.fixture
    def container(self, pod: dict[str, Any]) -> dict[str, Any]:
        (container,) = pod["containers"]
        assert isinstance(container, dict)
        return container

    @pytest.fixture
    def loaded(self, tmp_path: Path) -> Loaded:
        """The ConfigMap's file as the pod reads it, but with its secrets below `tmp_path`."""
        (text,) = MANIFESTS["ConfigMap"]["data"].values()
        for name, content in (("token/github-token", TOKEN), ("keys/keys.yaml", KEYS)):
            file = tmp_path / name
            file.parent.mkdir()
            file.write_text(content)
            assert text.count(f"/etc/headgate/{name}") == 1
            text = text.replace(f"/etc/headgate/{name}", str(file))
        (tmp_path / "headgate.yaml").write_text(text)
        return load_settings(config_path=Path("headgate.yaml"), environ={}, working_directory=tmp_path)

    def test_its_configuration_is_valid_and_named_as_it_is_mounted(
        self, loaded: Loaded, pod: dict[str, Any], container: dict[str, Any]
    ) -> None:
        assert loaded.warnings == ()
        (name,) = MANIFESTS["ConfigMap"]["data"]
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert container["args"] == ["serve", "--config", f"{mounts['config']}/{name}"]
        assert {volume["name"] for volume in pod["volumes"]} == {*mounts}
        for path in (loaded.settings.cache.path, loaded.settings.identity.key_file, loaded.settings.usage.path):
            assert path is not None
            assert any(path.is_relative_to(mounts[name]) for name in ("state", "cache")), path

    def test_names_by_which_the_service_is_called_are_served(self, loaded: Loaded) -> None:
        meta = MANIFESTS["Service"]["metadata"]
        short = f"{meta['name']}.{meta['namespace']}"
        assert {meta["name"], short, f"{short}.svc", f"{short}.svc.cluster.local"} <= {*loaded.settings.server.hosts}

    def test_probes_and_service_lead_to_its_port(self, loaded: Loaded, container: dict[str, Any]) -> None:
        (port,) = container["ports"]
        assert port["containerPort"] == loaded.settings.server.port
        probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
        assert {probe["port"] for probe in probes.values()} == {port["name"]}
        assert {name: probe["path"] for name, probe in probes.items()} == {
            "startup": "/health/live",
            "liveness": "/health/live",
            "readiness": "/health/ready",
        }
        assert [entry["targetPort"] for entry in MANIFESTS["Service"]["spec"]["ports"]] == [port["name"]]

    def test_it_has_the_time_to_stop(self, loaded: Loaded, pod: dict[str, Any], container: dict[str, Any]) -> None:
        assert pod["terminationGracePeriodSeconds"] >= stop_seconds(loaded)
        readiness = container["readinessProbe"]
        noticed = readiness["periodSeconds"] * readiness["failureThreshold"] + readiness["timeoutSeconds"]
        assert loaded.settings.server.drain_seconds >= noticed

    def test_it_is_closed_up(self, pod: dict[str, Any], container: dict[str, Any]) -> None:
        assert pod["enableServiceLinks"] is False
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        user = re.search(r"(?m)^USER (\d+)", DOCKERFILE)
        assert user is not None
        assert pod["securityContext"]["runAsUser"] == int(user[1])

    def test_the_cache_fits_its_volume(self, loaded: Loaded, pod: dict[str, Any]) -> None:
        sizes = {volume["name"]: volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if "emptyDir" in volume}
        assert sizes["cache"] == "2Gi"
        assert loaded.settings.cache.max_bytes < 2 * 2**30

    def test_all_selectors_select_the_pods(self) -> None:
        labels = MANIFESTS["Deployment"]["spec"]["template"]["metadata"]["labels"]
        for kind, path in (
            ("Deployment", ("selector", "matchLabels")),
            ("Service", ("selector",)),
            ("PodDisruptionBudget", ("selector", "matchLabels")),
            ("NetworkPolicy", ("podSelector", "matchLabels")),
        ):
            selected: Any = MANIFESTS[kind]["spec"]
            for step in path:
                selected = selected[step]
            assert selected.items() <= labels.items(), kind

    def test_no_secret_is_in_it(self) -> None:
        assert "Secret" not in MANIFESTS


def test_the_unit_is_readable_to_a_parser() -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read(UNIT)
    assert parser.sections() == ["Unit", "Service", "Install"]


class TestDocument:
    text = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")

    def test_files_that_it_names_are_there(self) -> None:
        named = {*re.findall(r"\b(?:deploy|config|docs|requirements)/[a-z_./-]*[a-z]", self.text)}
        assert [name for name in sorted(named) if not (ROOT / name).exists()] == []

    def test_commands_that_it_names_are_commands(self, capsys: pytest.CaptureFixture[str]) -> None:
        named = {*re.findall(r"`headgate ([a-z]+)", self.text), *re.findall(r"bin/headgate ([a-z]+)", self.text)}
        assert {"keys", "doctor"} <= named
        for name in named:
            with pytest.raises(SystemExit) as ended:
                main([name, "--help"])
            assert ended.value.code == 0, name
        capsys.readouterr()

    def test_settings_that_it_names_are_settings(self) -> None:
        named = {*re.findall(r"`((?:server|metrics|callers|cache|usage)\.[a-z_.]+)", self.text)}
        documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
        assert [name for name in sorted(named) if f"`{name}" not in documented] == []
