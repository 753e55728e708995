#!/usr/bin/env bash
# Installs what `make e2e` needs beside Go, on Debian and as root: LibreOffice's
# spreadsheet, Chromium with a typeface like those that people have, nginx, Caddy,
# LemonLDAP::NG, FreeRADIUS and sqlite3; and axe-core, which finds faults of
# accessibility. Does nothing where all of it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
axe=4.14.1
packages=(
	libreoffice-calc sqlite3 chromium fonts-roboto-unhinted
	nginx caddy freeradius freeradius-rest freeradius-utils
	lemonldap-ng-fastcgi-server liblemonldap-ng-portal-perl
	# The portal does not start without these, which its packages only recommend.
	libemail-sender-perl libgd-securityimage-perl libgd-perl libimage-magick-perl
	libmime-tools-perl libio-string-perl libstring-random-perl
	libunicode-string-perl libcookie-baker-xs-perl libapache-session-browseable-perl
)
missing=()
for package in "${packages[@]}"; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
# Where Node.js came from elsewhere, it brought npm, and Debian's own would clash.
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} != 0 ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "make e2e needs these packages of Debian: install them, and run it again: ${missing[*]}" >&2
		exit 1
	fi
	# The tests start what they need themselves; no service begins to listen here.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod +x "$policy"
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
