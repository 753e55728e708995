#!/usr/bin/env bash
# Installs what `make e2e` needs beside Go, on Debian and as root: LibreOffice's
# spreadsheet. Does nothing where it is there already.
set -euo pipefail
if command -v soffice >/dev/null; then
	exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "make e2e needs LibreOffice: install its spreadsheet, and run it again" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends libreoffice-calc
