#!/usr/bin/env bash
# Installs what `make bench` compares with, on Debian and as root: the sqlite3
# shell, the argon2 command and nginx. Does nothing where they are there already.
set -euo pipefail
missing=()
for tool in sqlite3 argon2 nginx; do
	command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ "${#missing[@]}" = 0 ]; then
	exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "make bench needs ${missing[*]}: install them, and run it again" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
