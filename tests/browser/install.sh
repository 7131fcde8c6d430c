#!/bin/bash
# Installs the pinned packages into target/browser, unless they are there.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
place=$here/../../target/browser
mkdir -p "$place"
if ! cmp -s "$here/package-lock.json" "$place/installed.json"; then
	cp "$here/package.json" "$here/package-lock.json" "$place"
	npm ci --silent --ignore-scripts --prefix "$place"
	cp "$here/package-lock.json" "$place/installed.json"
fi
