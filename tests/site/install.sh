#!/bin/bash
# Puts the built extension into PHP's extension directory with an ini file for every SAPI, or takes both out again.
#
#   install.sh install|uninstall
#
# PHP and PHP_CONFIG choose the PHP. DESTDIR stages the files for a packager: then nothing outside it is changed.
set -euo pipefail

action=${1:?install or uninstall}
php=${PHP:-php}
destdir=${DESTDIR:-}
built=$(cd "$(dirname "$0")/../.." && pwd)/target/release/libscimpress.so

fail() {
	echo "$action: $1" >&2
	exit 1
}

command -v "$php" > /dev/null || fail "\`$php\` is not installed: name the PHP with PHP=/path/to/php"
directory=$("${PHP_CONFIG:-php-config}" --extension-dir 2> /dev/null || "$php" -n -r 'echo ini_get("extension_dir");')
version=$("$php" -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
scanned=$("$php" -n -r 'echo PHP_CONFIG_FILE_SCAN_DIR;')
library=$destdir$directory/scimpress.so

# Debian keeps one ini file for all SAPIs and links to it from each; elsewhere all SAPIs scan one directory.
debian=
if [ -d "/etc/php/$version/mods-available" ]; then
	debian=1
	ini=$destdir/etc/php/$version/mods-available/scimpress.ini
elif [ -n "$scanned" ]; then
	ini=$destdir$scanned/scimpress.ini
else
	fail "this PHP scans no directory for ini files: add \`extension=$built\` to its php.ini"
fi

writable() {
	local place=$1
	until [ -e "$place" ]; do place=$(dirname "$place"); done
	[ -w "$place" ] || fail "$place cannot be written: run \`sudo make $action\`"
}

case $action in
	install)
		[ -f "$built" ] || fail "the extension is not built: run \`make build\` first"
		writable "$(dirname "$library")"
		writable "$(dirname "$ini")"
		mkdir -p "$(dirname "$library")" "$(dirname "$ini")"
		# A new file takes the place of the old one: overwriting it would crash the processes that have it mapped.
		install -m 644 "$built" "$library.new"
		mv -f "$library.new" "$library"
		echo "installed $library"
		printf '; configuration for the Scimpress extension\n; priority=20\nextension=scimpress.so\n' > "$ini"
		echo "installed $ini"
		if [ -n "$destdir" ]; then
			[ -z "$debian" ] || echo "the package's postinst has to run: phpenmod -v $version scimpress"
			exit 0
		fi
		if [ -n "$debian" ]; then
			phpenmod -v "$version" scimpress
			for link in "/etc/php/$version"/*/conf.d/20-scimpress.ini; do
				[ ! -e "$link" ] || echo "enabled in $link"
			done
		fi
		"$php" -r 'exit(extension_loaded("scimpress") ? 0 : 1);' || fail "PHP does not load the extension: see \`$php -m\`"
		echo "PHP $version loads scimpress $("$php" -r 'echo phpversion("scimpress");')"
		echo "running servers load it when they are restarted, for php-fpm: systemctl restart php$version-fpm"
		;;
	uninstall)
		writable "$(dirname "$library")"
		writable "$(dirname "$ini")"
		if [ -n "$debian" ]; then
			# phpdismod would leave a note that an administrator disabled the module; a later install would obey it.
			for file in "$destdir/etc/php/$version"/*/conf.d/20-scimpress.ini \
				"$destdir/var/lib/php/modules/$version"/*/{enabled,disabled}_by_{admin,maint}/scimpress; do
				if [ -e "$file" ] || [ -L "$file" ]; then
					rm "$file"
					echo "removed $file"
				fi
			done
		fi
		for file in "$ini" "$library"; do
			if [ -e "$file" ]; then
				rm "$file"
				echo "removed $file"
			fi
		done
		;;
	*)
		fail "write install or uninstall"
		;;
esac
