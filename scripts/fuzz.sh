#!/usr/bin/env bash
# Runs every fuzz target for a time: fuzz.sh [TIME]. Two at a time, each with one
# worker. A failing input is left under testdata/fuzz of its package.
set -euo pipefail
cd "$(dirname "$0")/.."
export FUZZTIME=${1:-60s}

fuzz() {
	local package=$1 target=$2 log
	log=$(mktemp)
	echo "fuzz: $package $target"
	if ! go test -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -parallel 1 "$package" >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	tail -n 1 "$log"
	rm -f "$log"
}
export -f fuzz

targets=$(go list ./... | while read -r package; do
	{ go test -list '^Fuzz' "$package" || exit 1; } | sed -n "s|^\(Fuzz.*\)|$package \1|p"
done)
test -n "$targets"
xargs -n 2 -P 2 bash -c 'fuzz "$@"' fuzz <<<"$targets"
