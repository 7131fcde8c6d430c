#!/bin/bash
# Makes dist/: the plugin as a zip that WordPress's plugin upload accepts, the built extension under a name that says
# what it runs on, and SHA256SUMS.
#
#   package.sh VERSION
set -euo pipefail

version=${1:?the version}
php=${PHP:-php}
cd "$(dirname "$0")/../.."

fail() {
	echo "package: $1" >&2
	exit 1
}

header=$(sed -n 's/^ \* Version: *\([^ ]*\)$/\1/p' plugin/scimpress.php)
[ "$header" = "$version" ] || fail "Cargo.toml says $version, plugin/scimpress.php says $header"
loaded=$("$php" -n -d extension="$PWD/target/release/libscimpress.so" -r 'echo Scimpress\version();')
[ "$loaded" = "$version" ] || fail "Cargo.toml says $version, the built extension says $loaded: run \`make build\`"
"$php" -n -d extension="$PWD/target/release/libscimpress.so" \
	-r 'exit(count(preg_grep("/^scimpress.probe/i", get_defined_functions()["internal"])));' ||
	fail "the built extension has the test feature \`probe\`: run \`make build\`"

api=$("$php" -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION, PHP_ZTS ? "-ts" : "-nts", PHP_DEBUG ? "-debug" : "";')
system=$(uname -s | tr '[:upper:]' '[:lower:]')
if getconf GNU_LIBC_VERSION > /dev/null 2>&1; then
	libc=-glibc
elif ls /lib/ld-musl-* > /dev/null 2>&1; then
	libc=-musl
else
	libc=
fi
library=scimpress-$version-php$api-$system$libc-$(uname -m).so

stage=target/package
rm -rf "$stage" dist
mkdir -p "$stage" dist
cp -R plugin "$stage/scimpress"
[ ! -f LICENSE ] || cp LICENSE "$stage/scimpress/LICENSE"
find "$stage" -name '.*' -mindepth 1 -delete
# Neither the order of the files nor the hour of the build may change the archive.
stamp=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 1767225600)}
find "$stage" -exec touch -h -d "@$stamp" {} +
find "$stage" -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
(cd "$stage" && find scimpress -type f | LC_ALL=C sort | TZ=UTC zip -X -q -9 -@ "$OLDPWD/dist/scimpress-$version.zip")
cp target/release/libscimpress.so "dist/$library"
(cd dist && sha256sum "scimpress-$version.zip" "$library" > SHA256SUMS)
for file in dist/*; do
	echo "$file"
done
