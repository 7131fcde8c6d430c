# Sourced in the root of the tree. Sets PHP, SCIMPRESS_EXTENSION (the extension as it is shipped) and SCIMPRESS_PROBE (the
# same with `Scimpress\Probe`, which no package holds). Cargo compiles only what changed.
wanted=${PHP:-php}
PHP=$(command -v "$wanted") || { echo "$wanted is missing: install Debian's package php-cli, or name the binary in PHP" >&2; exit 1; }
export PHP

# The bindings' build script reads PHP as a path, and compiles everything anew when the variable appears or goes: so the
# usual PHP is never named.
build() {
	if [ "$PHP" = "$(command -v php)" ]; then
		env -u PHP cargo build --release --quiet "$@"
	else
		cargo build --release --quiet "$@"
	fi
}

if [ -z "${SCIMPRESS_EXTENSION:-}" ]; then
	build
	SCIMPRESS_EXTENSION=$PWD/target/release/libscimpress.so
fi
build --features probe --target-dir target/probe
export SCIMPRESS_EXTENSION SCIMPRESS_PROBE=$PWD/target/probe/release/libscimpress.so
