#!/usr/bin/env bash
# Installs what `make e2e` needs beside Go, on Debian and as root: LibreOffice's
# spreadsheet, Chromium with a typeface like those that people have, and axe-core,
# which finds faults of accessibility. Does nothing where all is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
axe=4.14.1

missing=()
command -v soffice >/dev/null || missing+=(libreoffice-calc)
command -v chromium >/dev/null || missing+=(chromium)
[ -d /usr/share/fonts/truetype/roboto ] || missing+=(fonts-roboto-unhinted)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} != 0 ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "make e2e needs these of Debian's packages: ${missing[*]}; install them, and run it again" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q
	apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

# Not in git: it is fetched as it is, and serves the tests alone (MPL-2.0).
if ! grep -qs "\"version\": \"$axe\"" .bin/e2e/node_modules/axe-core/package.json; then
	mkdir -p .bin/e2e
	npm install --prefix .bin/e2e --no-save --no-package-lock --no-audit --no-fund --loglevel=error "axe-core@$axe"
fi
