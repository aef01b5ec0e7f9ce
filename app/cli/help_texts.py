"""What `--help` says beyond its lists of options."""

from typing import Final

EXIT_CODES: Final = """\
exit codes:
  0  done
  1  could not start, or ended by a failure
  2  the command line or the configuration is at fault; standard error says what is, one line per fault
"""

PROGRAM: Final = """\
A gateway through which your own tools take data from upstream HTTP APIs, GitHub first: one cache, one quota, one set of
time-outs and one credential for all of them.
"""

PROGRAM_MORE: Final = f"""\
to begin with:
  headgate demo                            look at it: no token, no network
  GITHUB_TOKEN=… headgate serve            in front of GitHub, on this machine: http://127.0.0.1:8000/docs
  headgate doctor                          is all well with a configuration, and what is to be done?

for others to reach it:
  headgate keys create dashboards          prints a key, once; from then on nobody is served without one
  headgate serve --config headgate.yaml --host 0.0.0.0 --workers 4

environment:
  HEADGATE_CONFIG                          the YAML file, where --config does not name it
  HEADGATE_…__…                            any setting by its path in the YAML: HEADGATE_SERVER__PORT=9000
  HEADGATE_UPSTREAMS__GITHUB__TOKEN_FILE   where the token of the upstream called github is (…__TOKEN: the token itself)
  GITHUB_TOKEN                             the same, for https://api.github.com/ alone
  NO_COLOR                                 no colours on a terminal either
The command line wins over the environment, that over the YAML file, that over defaults: `headgate config show` tells what is
in effect, and why.

{EXIT_CODES}
docs: docs/ in the repository (settings.md: every setting; deploying.md: systemd, containers, Kubernetes), and /docs of a
gateway that runs.
"""

SERVE_MORE: Final = f"""\
examples:
  GITHUB_TOKEN=… headgate serve
  headgate serve --config /etc/headgate/headgate.yaml --workers 4
  headgate serve --host 0.0.0.0            others than this machine; wants keys (headgate keys create NAME)

signals:
  SIGTERM, SIGINT  not ready any more; after server.drain_seconds no new connections; what is under way ends; exit 0
  SIGHUP           takes up the configuration anew, one worker after the other; `headgate reload` does it and waits

{EXIT_CODES}"""

RELOAD_MORE: Final = """\
examples:
  headgate reload
  headgate reload --config /etc/headgate/headgate.yaml

The gateway is found by server.pid_file; without one, by the name of the configuration file, for the same user.

exit codes:
  0  taken up; what has to wait for a restart is named
  1  no gateway runs, or its new workers cannot start: it serves on as before
  2  the command line or the configuration is at fault; nothing was changed
"""

DEMO_MORE: Final = f"""\
example:
  headgate demo --port 9000 --tick-seconds 0

{EXIT_CODES}"""

CONFIG_MORE: Final = f"""\
examples:
  headgate config check --config config/production.yaml
  HEADGATE_SERVER__PORT=9000 headgate config show | grep server.
  headgate config schema > headgate.schema.json

{EXIT_CODES}"""

CACHE_MORE: Final = f"""\
examples:
  headgate cache stats
  headgate cache purge 'github/repos/acme/*'

{EXIT_CODES}"""

KEYS_MORE: Final = f"""\
examples:
  headgate keys create dashboards
  headgate keys create ci --class batch --allow 'repos/acme/**' --rate 100/min --daily-points 2000 --expires 90d
  headgate keys create prometheus --operator --allow 'GET /metrics' > prometheus.key
  headgate keys rotate ci --overlap 24h
  headgate keys revoke ci

A running gateway knows of each within a second. docs/callers.md tells the rest.

{EXIT_CODES}"""

USAGE_MORE: Final = f"""\
examples:
  headgate usage
  headgate usage --by route --since 7d
  headgate usage --since 2026-06-01 --until 2026-07-01 --json | jq '.rows[] | [.name, .points]'

{EXIT_CODES}"""

DOCTOR_MORE: Final = """\
examples:
  headgate doctor --config /etc/headgate/headgate.yaml
  headgate doctor --offline                upstreams are left alone
  headgate doctor --json | jq '.checks[] | select(.verdict != "ok")'

It asks each GitHub once, for what is left of the quota, which costs nothing of it; changes nothing; and takes some seconds
at most. Run it as the gateway's own user, in its environment.

exit codes:
  0  nothing is broken; there may be warnings
  1  something does not work
  2  the command line or the configuration is at fault
"""

REPORT_MORE: Final = """\
examples:
  headgate report repo acme/rocket --demo
  headgate report repo sanic-org/sanic --json | jq .signals
  headgate report compare aio-libs/aiohttp encode/httpx --csv > compared.csv
  headgate report org acme --html -o acme.html

A report on an organization costs about three points for each of its repositories; what is in the cache costs nothing, and
Ctrl-C loses nothing of it.

exit codes:
  0  it is there, as a whole
  1  there is none, and the last line says why
  2  the command line or the configuration is at fault
  3  it is there, and a part of it is missing
"""
