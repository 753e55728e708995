#!/usr/bin/env bash
# Writes the manual pages into manpages/, for the release archives.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf manpages
mkdir manpages
go run ./internal/gendocs --man manpages
gzip -n -9 manpages/*.1
