#!/usr/bin/env bash
# What the tests use beyond Python: PostgreSQL with PostGIS, Redis and Chromium, and wrk for the
# benchmarks. As root on Debian it is installed; elsewhere what is missing is named, with how to get it.
set -euo pipefail

packages=()
python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || packages+=(postgresql)
compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || packages+=(postgis postgresql-15-postgis-3)
command -v redis-server >/dev/null || packages+=(redis-server)
command -v chromium >/dev/null || packages+=(chromium)
command -v wrk >/dev/null || packages+=(wrk)

[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${packages[*]}…"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # The services we test against are started by us, on ports of our own: none is started here.
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
else
  echo "Missing: ${packages[*]}" >&2
  echo "On Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
  echo "On macOS: brew install postgresql postgis redis chromium wrk" >&2
  exit 1
fi
