#!/usr/bin/env bash
# Installs what `make torture` needs beside Go, on Debian and as root: strace,
# to let system calls fail. Does nothing where it is there already.
set -euo pipefail
if command -v strace >/dev/null; then
	exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "make torture needs strace, and root to mount a small disk: install strace, and run it as root" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends strace
