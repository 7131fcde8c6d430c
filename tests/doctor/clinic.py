"""One site, and as many broken servers in front of it as there are tests."""

from __future__ import annotations

import atexit
import functools
import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.http.admin import Admin
from tests.http.server import Server

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "site"))

from scimpress_site import Site, daemon, php, web  # noqa: E402
from scimpress_site.tree import EXTENSION  # noqa: E402

SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"

# What WP-CLI does with a command, as far as ours needs it: a stand-in, for WP-CLI itself is in no package of Debian's. Like
# WP-CLI it works while the site is in maintenance.
WP_CLI = """<?php
namespace WP_CLI\\Utils { function format_items( $format, $items, $fields ) { foreach ( $items as $item ) { echo implode( ' | ', array_intersect_key( $item, array_flip( $fields ) ) ), "\\n"; } } }
namespace {
	define( 'WP_CLI', true );
	$wp_filter = array( 'enable_maintenance_mode' => array( 10 => array( 'wp-cli' => array( 'function' => static fn() => false, 'accepted_args' => 0 ) ) ) );
	class WP_CLI {
		public static array $commands = array();
		public static function add_command( $name, $callable ) { self::$commands[ $name ] = $callable; }
		public static function line( $text ) { echo $text, "\\n"; }
		public static function success( $text ) { echo "Success: $text\\n"; }
		public static function error( $text ) { fwrite( STDERR, "Error: $text\\n" ); exit( 1 ); }
		public static function halt( $code ) { exit( $code ); }
	}
	require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
	( WP_CLI::$commands['scimpress doctor'] )( array(), json_decode( $argv[1], true ) );
}
"""

# The site's address, its plugins and the authorities that it trusts are what the test of the moment writes into files.
SWITCHES = """<?php
add_filter(
	'option_active_plugins',
	static fn( $plugins ) => array_merge( $plugins, file( '{etc}/plugins', FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES ) )
);
add_filter(
	'http_request_args',
	static fn( $arguments ) => is_file( '{etc}/trust' ) ? array( 'sslcertificates' => '{etc}/ca.pem' ) + $arguments : $arguments
);
"""


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor said: the report as data, and the exit code of the command."""

    report: dict
    code: int

    @property
    def ids(self) -> list[str]:
        """What was found, but for the missing TLS of a test's server."""
        return [finding["id"] for finding in self.report["findings"] if finding["id"] != "no_https"]

    def finding(self, name: str) -> dict:
        """One finding."""
        return next(finding for finding in self.report["findings"] if finding["id"] == name)

    def paste(self, name: str, server: str) -> str:
        """The text to paste that a finding gives for a server ('' for WordPress)."""
        return next(fix["paste"] for fix in self.finding(name)["fixes"] if fix["server"] == server)


class Clinic:
    """The site, and what breaks it."""

    def __init__(self, site: Site):
        self.site = site
        self.etc = site.directory / "etc"
        self.content = site.root / "wp-content"
        self.port = int(site.url.rpartition(":")[2])
        self._wards = 0
        config = site.root / "wp-config.php"
        for name in ("WP_HOME", "WP_SITEURL"):
            line = f"define( '{name}', trim( file_get_contents( '{self.etc}/home' ) ) );"
            config.write_text(re.sub(rf"define\( '{name}', .*", line, config.read_text()))
        # Beside the fast lane WordPress is asked for much that other plugins can take away; with it there is less to be found.
        config.write_text(config.read_text().replace("<?php\n", f"<?php\ndefine( 'SCIMPRESS_FAST_LANE', is_file( '{self.etc}/lane' ) );\n", 1))
        (self.etc / "plugins").write_text("")
        (self.content / "mu-plugins" / "clinic.php").write_text(SWITCHES.replace("{etc}", str(self.etc)))
        self.command = site.directory / "tmp" / "wp-cli.php"
        self.command.write_text(WP_CLI)
        self.move(site.url)

    def move(self, url: str) -> None:
        """The site's address from now on."""
        (self.etc / "home").write_text(url)

    def doctor(self, url: str | None = None, *, program: Path | None = None) -> Diagnosis:
        """Runs `wp scimpress doctor --format=json` at an address."""
        done = self.run({"format": "json"}, url, program=program)
        if not done.stdout.startswith("{"):
            raise AssertionError(f"the command ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return Diagnosis(json.loads(done.stdout), done.returncode)

    def run(self, options: dict, url: str | None = None, *, program: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs `wp scimpress doctor` at an address, which is the site's only meanwhile."""
        self.move(url or self.site.url)
        try:
            return subprocess.run(
                [*daemon.tied("KILL"), program or self.site.php, self.command, json.dumps(options)],
                env={**os.environ, "SCIMPRESS_SITE": str(self.site.root)},
                text=True,
                capture_output=True,
                check=False,
            )
        finally:
            self.move(self.site.url)

    def administrator(self) -> Admin:
        """An administrator who signs in now, at the site itself."""
        site = self.site
        return Admin(Server(site.tenant_url.rstrip("/"), site.token, site.admin_login, site.admin_password, site.directory))

    def ports(self, number: int) -> list[int]:
        """Free ports, all different."""
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
        ports = [server.getsockname()[1] for server in held]
        for server in held:
            server.close()
        return ports

    def fastcgi(self, *lines: str, socket_of: Path | None = None) -> str:
        """The site's own location of PHP with more lines at its end."""
        found = re.search(r"location ~ \\\.php\$ \{.*?\n        \}", (self.etc / "nginx.conf").read_text(), re.S)
        assert found
        block = found.group(0).removesuffix("}") + "\n".join(lines) + "\n}"
        return block.replace(f"unix:{self.site.directory}/run/php.sock", f"unix:{socket_of}") if socket_of else block

    def wordpress(self, *server: str, php_lines: tuple[str, ...] = (), socket_of: Path | None = None) -> str:
        """Body of a server block like the site's own, with more lines in it."""
        front = "location / { try_files $uri $uri/ /index.php?$args; }"
        return "\n".join([f'root "{self.site.root}"; index index.php;', *server, front, self.fastcgi(*php_lines, socket_of=socket_of)])

    def proxy(self, *lines: str, server: str = "") -> str:
        """Body of a server block that is a proxy of the site."""
        return f"{server}\nlocation / {{ proxy_pass http://127.0.0.1:{self.port}; proxy_set_header Host $http_host; {' '.join(lines)} }}"

    def nginx(self, server: str, *, http: str = "", tls: str = "", port: int | None = None) -> str:
        """Starts an nginx with one server block and returns its address. {port} in the block is its port; `tls` names a certificate."""
        self._wards += 1
        home = self.site.directory / f"ward-{self._wards}"
        (home / "run").mkdir(parents=True)
        port = port or self.ports(1)[0]
        account = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        secure = f"ssl_certificate {self.etc}/{tls}.pem; ssl_certificate_key {self.etc}/{tls}.key;" if tls else ""
        places = " ".join(f"{name}_temp_path {home}/{name};" for name in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
        config = home / "nginx.conf"
        config.write_text(
            f"{account} daemon off; worker_processes 1; pid {home}/run/nginx.pid; error_log {home}/error.log; events {{}}\n"
            f"http {{ access_log {home}/access.log; {places} client_max_body_size 8m;\n{http.replace('{home}', str(home))}\n"
            f"server {{ listen 127.0.0.1:{port}{' ssl' if tls else ''}; {secure}\n{server.replace('{port}', str(port))}\n}} }}"
        )
        program = shutil.which("nginx", path=SBIN)
        log = home / "error.log"
        daemon.start([program or "nginx", "-c", config, "-e", log], home=home / "run", log=log, ready=lambda: listens(port))
        return f"http{'s' if tls else ''}://127.0.0.1:{port}"

    def apache(self, *lines: str) -> str:
        """Starts an Apache that hands PHP to php-fpm, as FastCGI, and returns its address."""
        php_socket = self.site.directory / "run" / "php.sock"
        if os.geteuid() == 0:
            # Apache never serves as root, and the socket is its owner's.
            php_socket.chmod(0o666)
        handler = f'<FilesMatch "\\.php$">\nSetHandler "proxy:unix:{php_socket}|fcgi://localhost/"\n</FilesMatch>'
        return self._apache(("proxy", "proxy_fcgi"), handler, *lines)

    def apache_cgi(self, *lines: str) -> str:
        """Starts an Apache that runs PHP as a CGI program for each request, and returns its address."""
        home = self.site.directory / f"cgi-{self._wards + 1}"
        program = home / "bin" / "php"
        for name in ("bin", "tmp"):
            (home / name).mkdir(parents=True)
        settings = {"error_log": str(home / "tmp" / "php.log"), "sys_temp_dir": str(home / "tmp"), "cgi.force_redirect": "1"}
        php.wrapper(program, php.configure(home / "etc", php.cgi(), extension=EXTENSION, settings=settings), program=php.cgi())
        if os.geteuid() == 0:
            # Apache never serves as root, and what it runs is not root either.
            content = self.content / "database"
            (self.site.root / "wp-config.php").chmod(0o644)
            for place in (content, self.site.log, home / "tmp"):
                place.chmod(0o777)
            for file in (*content.iterdir(), *self.site.log.iterdir()):
                file.chmod(0o666)
        handler = (
            f'ScriptAlias "/php-cgi" "{program}"\n<Directory "{program.parent}">\nRequire all granted\n</Directory>\n'
            'AddHandler php-program .php\nAction php-program "/php-cgi"'
        )
        return self._apache(("cgi", "actions", "alias"), handler, *lines)

    def _apache(self, modules: tuple[str, ...], *lines: str) -> str:
        self._wards += 1
        home = self.site.directory / f"ward-{self._wards}"
        (home / "run").mkdir(parents=True)
        (port,) = self.ports(1)
        usual = ("mpm_event", "authz_core", "dir", "mime", "rewrite", "setenvif", "headers")
        loaded = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in (*usual, *modules))
        # WordPress writes one where it finds itself on Apache, with a line that hands the header on.
        (self.site.root / ".htaccess").unlink(missing_ok=True)
        config = home / "apache.conf"
        config.write_text(
            f"{loaded}\nServerName localhost\nServerRoot {home}\nPidFile {home}/run/apache.pid\nErrorLog {home}/error.log\n"
            f"Mutex file:{home}/run\nDefaultRuntimeDir {home}/run\nTypesConfig /dev/null\nListen 127.0.0.1:{port}\n"
            f"User www-data\nGroup www-data\nDocumentRoot {self.site.root}\nDirectoryIndex index.php\n"
            f'<Directory "{self.site.root}">\nAllowOverride All\nRequire all granted\n</Directory>\n' + "\n".join(lines) + "\n"
        )
        program = shutil.which("apache2", path=SBIN)
        log = home / "error.log"
        daemon.start([program or "apache2", "-X", "-f", config], home=home / "run", log=log, ready=lambda: listens(port))
        return f"http://127.0.0.1:{port}"

    def close_ward(self) -> None:
        """Ends the server that was started last."""
        daemon.stop(self.site.directory / f"ward-{self._wards}")

    def modsecurity(self, *setup: str) -> str:
        """Starts an Apache behind ModSecurity with the OWASP rules as they come, and lines of their set-up; returns its address."""
        modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in ("unique_id", "security2"))
        rules = ("/etc/modsecurity/crs/crs-setup.conf", "/usr/share/modsecurity-crs/rules/*.conf")
        own = self.etc / "crs.conf"
        own.write_text("\n".join(setup))
        engine = f"SecRuleEngine On\nSecRequestBodyAccess On\nSecDataDir {self.site.directory}/tmp"
        lines = f"{engine}\nInclude {rules[0]}\nInclude {own}\nInclude {rules[1]}"
        url = self.apache(modules, "FallbackResource /index.php", "SetEnvIf Authorization (.+) HTTP_AUTHORIZATION=$1", lines)
        # The rules hold who names a site by its number for half an attacker.
        return url.replace("127.0.0.1", "localhost")

    def bare_fpm(self) -> Path:
        """Starts a php-fpm that does not load the extension; returns its socket."""
        home = self.site.directory / "bare"
        for name in ("etc", "log", "run"):
            (home / name).mkdir(parents=True)
        environment = php.configure(home / "etc" / "fpm", php.fpm(), extension=None, settings={"error_log": str(home / "log" / "php.log")})
        web.start_fpm(home, children=3, environment=environment, bound=True)
        return home / "run" / "php.sock"

    def bare_php(self) -> Path:
        """A PHP for the command line that does not load the extension."""
        home = self.site.directory / "bare-cli"
        program = home / "php"
        if not program.exists():
            home.mkdir()
            php.wrapper(program, php.configure(home / "etc", php.command(), extension=None, settings={"error_log": str(home / "php.log")}))
        return program

    def certificates(self) -> None:
        """An authority, and certificates of it and of nobody."""
        (self.etc / "ca.cnf").write_text(
            f"[ca]\ndefault_ca = own\n[own]\ndatabase = {self.etc}/ca.txt\nserial = {self.etc}/ca.srl\nnew_certs_dir = {self.site.directory}/tmp\n"
            "default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n"
            "[good]\nsubjectAltName = IP:127.0.0.1\n[name]\nsubjectAltName = DNS:elsewhere.example\n"
        )
        (self.etc / "ca.txt").touch()
        (self.etc / "ca.srl").write_text("01\n")
        (self.etc / "ca.txt.attr").write_text("unique_subject = no\n")
        make = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._openssl(*make, "-x509", "-days", "2", "-subj", "/CN=Clinic CA", "-keyout", "ca.key", "-out", "ca.pem")
        alone = ["-x509", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        self._openssl(*make, *alone, "-keyout", "alone.key", "-out", "alone.pem")
        today, past = ("-days", "1"), ("-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
        for name, section, dates in (("good", "good", today), ("expired", "good", past), ("named", "name", today)):
            self._openssl(*make, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
            sign = ["ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-extensions", section, *dates]
            self._openssl(*sign, "-in", f"{name}.csr", "-out", f"{name}.pem")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.etc, check=True, capture_output=True)


def listens(port: int) -> bool:
    """Whether somebody listens at a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@functools.cache
def clinic() -> Clinic:
    """The site of this run; the first caller raises it, the end of the process takes it down."""
    database = os.environ.get("SCIMPRESS_DATABASE", "sqlite")
    stack = ExitStack()
    site = stack.enter_context(Site(ROOT / "target" / "test" / f"doctor-{database}", database))
    atexit.register(stack.close)
    made = Clinic(site)
    made.certificates()
    return made
