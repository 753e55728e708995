#!/usr/bin/env bash
# Writes the shells' completions into completions/, for the release archives.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf completions
mkdir completions
for shell in bash zsh fish; do
	go run . completion "$shell" >"completions/pinward.$shell"
done
