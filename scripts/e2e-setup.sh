#!/usr/bin/env bash
# Installs what `make e2e` needs beside Go, on Debian and as root: LibreOffice's
# spreadsheet, LemonLDAP::NG with nginx, FreeRADIUS, and sqlite3. Does nothing
# where all of it is there already.
set -euo pipefail
packages=(
	libreoffice-calc sqlite3 nginx freeradius freeradius-rest freeradius-utils
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
if [ ${#missing[@]} = 0 ]; then
	exit 0
fi
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
