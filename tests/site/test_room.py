"""The parts a site is made of: caches, mirrors, servers, claims."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from scimpress_site import Failure, Site, daemon
from scimpress_site.config import wp_config
from scimpress_site.debian import Mirror
from scimpress_site.tree import published
from scimpress_site.web import free_port, socket_path
from scimpress_site.wordpress import core

PATIENCE_SECONDS = 20


class RoomTest(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name).resolve()

    def serve(self, home: Path) -> int:
        """A real nginx that works below `home`."""
        home.mkdir(parents=True, exist_ok=True)
        path = home / "socket"
        file = home / "nginx.conf"
        file.write_text(
            f"daemon off; pid {home}/pid; error_log stderr; events {{}} "
            f"http {{ access_log off; client_body_temp_path {home}/a; fastcgi_temp_path {home}/b; proxy_temp_path {home}/c; "
            f"scgi_temp_path {home}/d; uwsgi_temp_path {home}/e; server {{ listen unix:{path}; }} }}"
        )
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        pid = daemon.start(
            [program or "nginx", "-c", file, "-e", "stderr"], home=home, log=home / "log", ready=lambda: answers(path)
        )
        self.addCleanup(daemon.stop, home)
        return pid


class Published(RoomTest):
    def test_a_block_that_fails_leaves_nothing(self) -> None:
        with self.assertRaises(ValueError), published(self.place / "cache") as part:
            assert part is not None
            (part / "half").touch()
            raise ValueError
        self.assertEqual([".cache.lock"], os.listdir(self.place))

    def test_the_second_caller_finds_the_first_ones(self) -> None:
        with published(self.place / "cache") as part:
            assert part is not None
            (part / "whole").touch()
        with published(self.place / "cache") as part:
            self.assertIsNone(part)
        self.assertTrue((self.place / "cache" / "whole").exists())

    def test_leftovers_of_a_killed_run_are_removed(self) -> None:
        (self.place / ".cache.part-x").mkdir()
        with published(self.place / "cache"):
            self.assertFalse((self.place / ".cache.part-x").exists())


class MirrorTest(RoomTest):
    def machine(self, release: str = 'ID=debian\nVERSION_CODENAME="bookworm"\n', **files: str) -> Mirror | None:
        parts = self.place / "apt" / "sources.list.d"
        parts.mkdir(parents=True, exist_ok=True)
        (self.place / "os-release").write_text(release)
        for name, text in files.items():
            (parts / name.replace("_", ".")).write_text(text)
        return Mirror.of_machine(self.place)

    def test_one_line_format(self) -> None:
        mirror = self.machine(
            a_list="deb http://other.example/x bookworm-security main\n"
            "deb [arch=amd64 signed-by=/usr/share/keyrings/k.gpg] http://mirror.example/debian bookworm main\n"
        )
        self.assertEqual(("http://mirror.example/debian", "/usr/share/keyrings/k.gpg"), (mirror.address, mirror.signed_by))

    def test_deb822_format_with_comment_and_second_stanza(self) -> None:
        mirror = self.machine(
            a_sources="Types: deb\nURIs: http://security.example/\nSuites: bookworm-security\n\n"
            "Types: deb deb-src\n# a comment\nURIs: http://mirror.example/debian http://second.example\n"
            "Suites: bookworm bookworm-updates\nSigned-By: /usr/share/keyrings/k.gpg\n"
        )
        self.assertEqual(("http://mirror.example/debian", "/usr/share/keyrings/k.gpg"), (mirror.address, mirror.signed_by))

    def test_an_embedded_key_is_kept_whole(self) -> None:
        key = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----"
        mirror = self.machine(a_sources=f"Types: deb\nURIs: http://m.example\nSuites: bookworm\nSigned-By:{key}\n")
        self.assertEqual(key, mirror.signed_by)

    def test_another_distribution_has_none(self) -> None:
        self.assertIsNone(self.machine("ID=ubuntu\nVERSION_CODENAME=noble\n", a_list="deb http://m.example noble main\n"))


class DaemonTest(RoomTest):
    def test_stop_ends_only_what_works_below_the_directory(self) -> None:
        ours, other = self.serve(self.place / "site" / "run"), self.serve(self.place / "site-2" / "run")
        self.assertIn(ours, daemon.running(self.place / "site"))
        self.assertNotEqual(0, daemon.stop(self.place / "site"))
        self.assertEqual([], daemon.running(self.place / "site"))
        self.assertIn(other, daemon.running(self.place / "site-2"))

    def test_stop_leaves_other_programs_alone(self) -> None:
        bystander = subprocess.Popen(["sleep", "60"], cwd=self.place)
        self.addCleanup(bystander.wait)
        self.addCleanup(bystander.kill)
        self.assertEqual(0, daemon.stop(self.place))
        self.assertIsNone(bystander.poll())

    def test_a_server_that_cannot_start_says_why(self) -> None:
        log = self.place / "log"
        with self.assertRaisesRegex(Failure, "(?s)nginx ended with .*missing.conf"):
            daemon.start(["/usr/sbin/nginx", "-c", self.place / "missing.conf"], home=self.place, log=log, ready=lambda: False)

    def test_servers_end_with_a_killed_owner(self) -> None:
        script = (
            "import sys; sys.path[:0] = [sys.argv[1]]; from pathlib import Path; import test_room, unittest, signal\n"
            "case = test_room.RoomTest(); print(case.serve(Path(sys.argv[2])), flush=True); signal.pause()"
        )
        owner = subprocess.Popen(
            [sys.executable, "-c", script, str(Path(__file__).parent), str(self.place / "run")], stdout=subprocess.PIPE, text=True
        )
        with owner:
            self.addCleanup(daemon.stop, self.place)
            assert owner.stdout is not None
            self.assertIn(int(owner.stdout.readline()), daemon.running(self.place))
            owner.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while daemon.running(self.place) and time.monotonic() < deadline:
            time.sleep(daemon.POLL_SECONDS)
        self.assertEqual([], daemon.running(self.place))


class SiteTest(RoomTest):
    def test_a_directory_with_something_else_is_left_alone(self) -> None:
        (self.place / "precious").touch()
        with self.assertRaisesRegex(Failure, "holds no site"):
            Site(self.place).start()
        self.assertEqual(["precious"], os.listdir(self.place))

    def test_an_unknown_database_is_refused(self) -> None:
        with self.assertRaisesRegex(Failure, "sqlite or mariadb"):
            Site(self.place, "oracle")

    def test_a_version_is_no_path(self) -> None:
        with self.assertRaisesRegex(Failure, "is no WordPress version"):
            core("../../etc")

    def test_a_taken_port_gives_way_to_a_free_one(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assertNotEqual(port, free_port(port))
        self.assertEqual(port, free_port(port))

    def test_a_socket_path_the_kernel_refuses_is_named(self) -> None:
        with self.assertRaisesRegex(Failure, "107 bytes"):
            socket_path(self.place / ("x" * 100))

    def test_configuration_quotes_what_php_would_read(self) -> None:
        text = wp_config(url="http://127.0.0.1:1", socket=Path("/a'b\\c"), log=Path("/log"), theme=None, database="d")
        self.assertIn(r"define( 'DB_HOST', 'localhost:/a\'b\\c' );", text)


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


if __name__ == "__main__":
    unittest.main()
