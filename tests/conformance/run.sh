#!/bin/sh
# Runs http-cache-tests (https://cache-tests.fyi) against a mount and sums up: docs/conformance.md. Needs npm.
#
#   HEADGATE=.venv/bin/headgate sh tests/conformance/run.sh [ID]
#
# With the ID of a test: that one alone, with every message on both sides. The suite is installed into
# var/conformance/, and the ports are ORIGIN_PORT and GATEWAY_PORT.
set -eu
VERSION=0.4.5
HEADGATE=${HEADGATE:-.venv/bin/headgate}
ORIGIN_PORT=${ORIGIN_PORT:-18101}
GATEWAY_PORT=${GATEWAY_PORT:-18100}
ROOT=$(pwd)
WORK=$ROOT/var/conformance
SUITE=$WORK/node_modules/http-cache-tests

command -v npm >/dev/null || { echo "npm is missing: http-cache-tests runs on Node"; exit 1; }
mkdir -p "$WORK"
if ! grep -qs "\"version\": \"$VERSION\"" "$SUITE/package.json"; then
  npm install --silent --no-audit --no-fund --prefix "$WORK" "http-cache-tests@$VERSION"
fi

cat >"$WORK/headgate.yaml" <<YAML
server: {host: 127.0.0.1, port: $GATEWAY_PORT, workers: 1, access_log: false}
cache: {store: memory}
upstreams:
  suite: {kind: http, base_url: "http://127.0.0.1:$ORIGIN_PORT/", mount: /suite}
YAML

origin='' gateway=''
trap 'kill $origin $gateway 2>/dev/null || true; wait' EXIT
trap 'exit 1' INT TERM
(
  cd "$SUITE"
  npm_config_protocol=http npm_config_port=$ORIGIN_PORT npm_config_pidfile="$WORK/origin.pid" exec node server/server.mjs
) >"$WORK/origin.log" 2>&1 &
origin=$!
"$HEADGATE" serve --config "$WORK/headgate.yaml" >"$WORK/gateway.log" 2>&1 &
gateway=$!

tries=0
until node "$ROOT/tests/conformance/ready.mjs" "http://127.0.0.1:$GATEWAY_PORT/suite/" 2>/dev/null; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || { echo "the gateway or the origin did not start:"; tail -n 5 "$WORK"/*.log; exit 1; }
  sleep 0.2
done

cd "$SUITE"
npm_config_base=http://127.0.0.1:$GATEWAY_PORT/suite npm_package_config_id='' npm_config_id=${1:-} \
  node --no-warnings cli.mjs >"$WORK/results.json"
if [ $# -gt 0 ]; then
  cat "$WORK/results.json"
else
  node --no-warnings "$ROOT/tests/conformance/summary.mjs" "$SUITE" "$WORK/results.json"
fi
