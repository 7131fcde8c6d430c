"""The way to the web server: names, ports, certificates, redirects, caches."""

import socket

from tests.doctor.case import DoctorCase

OUTSIDE = "From outside"


class Unreachable(DoctorCase):
    """The server cannot call itself: the doctor says that he cannot judge, and what to run elsewhere."""

    def cannot_judge(self, url: str, name: str) -> None:
        """This finding, and a request for another machine."""
        said = self.doctor(url)
        finding = self.assert_stops(said, name, finding_words(name))
        self.assertEqual(("unknown", "unknown"), (said.report["state"], finding["severity"]))
        curl = said.paste(name, OUTSIDE)
        self.assertIn(f"'{url}/wp-json/wpo365/v1/Users?filter=", curl)
        self.assertIn("Bearer YOUR-SECRET-TOKEN", curl)
        self.assertIn("-A ''", curl)

    def test_its_name_has_no_address(self) -> None:
        self.cannot_judge("http://scimpress.invalid", "dns")

    def test_nobody_listens(self) -> None:
        (port,) = self.clinic.ports(1)
        self.cannot_judge(f"http://127.0.0.1:{port}", "refused")

    def test_nobody_answers(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.cannot_judge(f"http://127.0.0.1:{silent.getsockname()[1]}", "timeout")

    def test_wordpress_may_not_send(self) -> None:
        with self.plugin("No Loopback", "add_filter( 'block_local_requests', '__return_true' );"):
            self.cannot_judge(self.clinic.site.url, "request_forbidden")


class Certificates(DoctorCase):
    """Requests are made over TLS, and the certificate is not one that a client takes."""

    def tls(self, certificate: str) -> str:
        """A healthy site behind a certificate."""
        trust = self.clinic.etc / "trust"
        trust.touch()
        self.addCleanup(trust.unlink)
        return self.clinic.nginx(self.clinic.wordpress(), tls=certificate)

    def test_self_signed(self) -> None:
        said = self.doctor(self.tls("alone"))
        self.assert_stops(said, "tls_untrusted", "self")
        self.assertIn("nginx", [fix["server"] for fix in said.finding("tls_untrusted")["fixes"]])

    def test_expired(self) -> None:
        self.assert_stops(self.doctor(self.tls("expired")), "tls_expired", "expired")

    def test_for_another_name(self) -> None:
        self.assert_stops(self.doctor(self.tls("named")), "tls_name", "another name")

    def test_of_an_authority_that_nobody_knows(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(), tls="good"))
        self.assert_stops(said, "tls_untrusted")

    def test_no_tls_at_all(self) -> None:
        url = self.clinic.site.url.replace("http:", "https:")
        self.assert_stops(self.doctor(url), "tls")


class Redirects(DoctorCase):
    """Clients do not follow them."""

    def test_to_https(self) -> None:
        said = self.doctor(self.clinic.nginx("return 301 https://127.0.0.1$request_uri;"))
        self.assert_stops(said, "redirect_https", "301")
        self.assertIn("wp option update home 'https://127.0.0.1'", said.paste("redirect_https", ""))

    def test_to_another_name(self) -> None:
        said = self.doctor(self.clinic.nginx("return 308 https://www.example.com$request_uri;"))
        self.assert_stops(said, "redirect_host", "308")
        self.assertIn("wp option update home 'https://www.example.com'", said.paste("redirect_host", ""))

    def test_to_another_slash(self) -> None:
        rule = "rewrite ^(.*[^/])$ $1/ permanent;"
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(rule)))
        self.assert_stops(said, "redirect_slash", "301")
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.wordpress(said.paste("redirect_slash", "nginx")))))

    def test_to_the_sign_in_page(self) -> None:
        said = self.doctor(self.clinic.nginx("return 302 http://127.0.0.1:{port}/wp-login.php?redirect_to=x;"))
        self.assert_stops(said, "login_redirect", "sign-in page", "wp-login.php")

    def test_to_anywhere_else(self) -> None:
        said = self.doctor(self.clinic.nginx("return 302 http://127.0.0.1:{port}/welcome;"))
        self.assert_stops(said, "redirect", "/welcome")

    def test_of_one_method_only(self) -> None:
        rule = "if ($request_method = PATCH) { return 301 http://www.example.com$request_uri; }"
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(rule)))
        self.assertIn("redirect_host", said.ids)
        self.assertEqual("problem", said.report["checks"]["redirect"])


class Caches(DoctorCase):
    """Something gives a stored answer."""

    ZONE = "proxy_cache_path {home}/cache keys_zone=pages:1m; fastcgi_cache_path {home}/pages keys_zone=php:1m;"

    def test_a_proxy_that_stores_everything(self) -> None:
        lines = "proxy_cache pages; proxy_cache_valid any 10m; proxy_ignore_headers Cache-Control Expires Set-Cookie Vary;"
        said = self.doctor(self.clinic.nginx(self.clinic.proxy(lines), http=self.ZONE))
        self.assert_found(said, "cache", "no-store")
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.proxy(lines, said.paste("cache", "nginx")), http=self.ZONE)))

    def test_fastcgi_answers_that_are_stored_without_their_query(self) -> None:
        """The answer is there before the doctor comes, of somebody else."""
        lines = (
            "fastcgi_cache php; fastcgi_cache_valid any 10m; fastcgi_ignore_headers Cache-Control Expires Set-Cookie Vary;",
            "fastcgi_cache_key $request_method$uri; fastcgi_cache_methods GET HEAD;",
        )
        url = self.clinic.nginx(self.clinic.wordpress(php_lines=lines), http=self.ZONE)
        self.assert_found(self.doctor(url), "cache")
        said = self.doctor(url)
        self.assert_stops(said, "cache")
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.wordpress(php_lines=(*lines, said.paste("cache", "nginx"))), http=self.ZONE)))

    def test_a_cache_that_stores_only_what_it_may(self) -> None:
        lines = "proxy_cache pages; proxy_cache_valid any 10m; add_header X-Cache $upstream_cache_status always;"
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.proxy(lines), http=self.ZONE)))


def finding_words(name: str) -> str:
    """What the explanation must say."""
    return {"dns": "The error was: ", "refused": "The error was: ", "timeout": "The error was: ", "request_forbidden": "block_local_requests"}[name]
