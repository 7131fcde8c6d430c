"""Web servers and proxies that take something away. Where the doctor says what to paste, it is pasted, and helps."""

from tests.doctor.case import DoctorCase


class Authorization(DoctorCase):
    """The Authorization header does not arrive."""

    def test_apache_keeps_it_from_fastcgi(self) -> None:
        url = self.clinic.apache("FallbackResource /index.php")
        said = self.doctor(url)
        self.assert_stops(said, "authorization", "Authorization header")
        self.assertEqual(["apache"], said.report["servers"])
        file = self.clinic.site.root / ".htaccess"
        self.addCleanup(file.unlink, missing_ok=True)
        paste = said.paste("authorization", "Apache")
        for text in (paste, *paste.splitlines()):
            with self.subTest(text=text):
                file.write_text(f"{text}\n")
                self.assert_good(self.doctor(url))

    def test_apache_keeps_it_from_cgi(self) -> None:
        """Of the two lines to paste, the first alone would not do in .htaccess: the request is handed to a program that lies
        elsewhere, and the line counts for what lies here."""
        url = self.clinic.apache_cgi("FallbackResource /index.php")
        said = self.doctor(url)
        self.assert_stops(said, "authorization", "Authorization header")
        self.assertEqual(["apache"], said.report["servers"])
        file = self.clinic.site.root / ".htaccess"
        self.addCleanup(file.unlink, missing_ok=True)
        paste = said.paste("authorization", "Apache")
        for text in (paste, paste.splitlines()[1]):
            with self.subTest(text=text):
                file.write_text(f"{text}\n")
                self.assert_good(self.doctor(url))
        server = f"<Location />\n{paste.splitlines()[0]}\n</Location>"
        self.assert_good(self.doctor(self.clinic.apache_cgi("FallbackResource /index.php", server)))

    def test_nginx_keeps_it_from_fastcgi(self) -> None:
        line = 'fastcgi_param HTTP_AUTHORIZATION "";'
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(php_lines=(line,))))
        self.assert_stops(said, "authorization")
        self.assertEqual(["nginx"], said.report["servers"])
        self.assertNotIn("Apache", [fix["server"] for fix in said.finding("authorization")["fixes"]])
        paste = said.paste("authorization", "nginx")
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.wordpress(php_lines=(line, paste)))))

    def test_nothing_of_a_request_is_handed_to_fastcgi(self) -> None:
        """The doctor's own header is lost as well; our refusal still says why."""
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(php_lines=("fastcgi_pass_request_headers off;",))))
        self.assert_stops(said, "authorization")

    def test_a_proxy_takes_it_away(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.proxy('proxy_set_header Authorization "";')))
        self.assert_stops(said, "authorization")
        paste = said.paste("authorization", "Proxy, CDN or firewall")
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.proxy(paste))))

    def test_a_proxy_puts_its_own_in_its_place(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.proxy('proxy_set_header Authorization "Basic c3RhZ2luZzpzdGFnaW5n";')))
        self.assert_stops(said, "authorization_other")

    def test_a_proxy_drops_headers_that_it_does_not_know(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.proxy('proxy_set_header X-Scimpress-Visitor "";')))
        self.assert_stops(said, "visitor_dropped", "X-Scimpress-Visitor")
        self.assertEqual("unknown", said.report["state"])


class Methods(DoctorCase):
    """PATCH, PUT or DELETE are refused before WordPress."""

    def test_refused_methods_are_named(self) -> None:
        rules = (
            (405, "GET|POST", "PATCH, PUT, DELETE"),
            (403, "GET|POST|PUT|PATCH", "DELETE"),
            (501, "GET|POST|PUT|DELETE", "PATCH"),
            (403, "GET", "POST, PATCH, PUT, DELETE"),
        )
        for status, allowed, refused in rules:
            with self.subTest(refused=refused):
                condition = f"if ($request_method !~ ^({allowed})$) {{ return {status}; }}"
                said = self.doctor(self.clinic.nginx(self.clinic.wordpress(condition)))
                self.assert_found(said, "method_blocked", refused, str(status))
                self.assertEqual("good", said.report["checks"]["cache"])
        paste = said.paste("method_blocked", "nginx")
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.wordpress(paste))))

    def test_put_alone_is_a_warning(self) -> None:
        condition = "if ($request_method = PUT) { return 405; }"
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(condition)))
        self.assert_found(said, "put_blocked", "Okta", code=0)

    def test_apache_refuses_them(self) -> None:
        pass_on = "SetEnvIf Authorization (.+) HTTP_AUTHORIZATION=$1"
        limit = '<Location "/">\n<LimitExcept GET HEAD POST>\nRequire all denied\n</LimitExcept>\n</Location>'
        said = self.doctor(self.clinic.apache("FallbackResource /index.php", pass_on, limit))
        self.assert_found(said, "method_blocked", "PATCH, PUT, DELETE", "403")
        paste = said.paste("method_blocked", "Apache")
        self.assert_good(self.doctor(self.clinic.apache("FallbackResource /index.php", pass_on, f'<Location "/">\n{paste}\n</Location>')))

    def test_a_method_that_becomes_another(self) -> None:
        http = "map $request_method $other { default $request_method; PATCH POST; }"
        said = self.doctor(self.clinic.nginx(self.clinic.proxy("proxy_method $other;"), http=http))
        self.assert_found(said, "method_changed", "PATCH", "POST")


class ModSecurity(DoctorCase):
    """The OWASP rules in their usual strength know neither SCIM's methods nor its content type."""

    def test_methods_and_content_type_are_refused(self) -> None:
        said = self.doctor(self.clinic.modsecurity())
        self.assertEqual(["type_blocked", "method_blocked"], said.ids)
        self.assertIn("POST with application/scim+json is answered with 403", said.finding("type_blocked")["explanation"])
        self.assertIn("PATCH, PUT, DELETE", said.finding("method_blocked")["title"])
        methods = said.paste("method_blocked", "ModSecurity")
        said = self.doctor(self.clinic.modsecurity(methods))
        self.assert_found(said, "type_blocked", "POST, PATCH, PUT with application/scim+json")
        self.assert_good(self.doctor(self.clinic.modsecurity(methods, said.paste("type_blocked", "ModSecurity"))))

    def test_a_client_without_a_name_is_refused(self) -> None:
        """In the second strength, which holds the quotes of a filter for half an attack."""
        strict = 'SecAction "id:900000,phase:1,nolog,pass,t:none,setvar:tx.paranoia_level=2"'
        said = self.doctor(self.clinic.modsecurity(strict))
        self.assert_stops(said, "user_agent", "403")
        said = self.doctor(self.clinic.modsecurity(strict, said.paste("user_agent", "ModSecurity")))
        self.assertEqual(["type_blocked", "method_blocked"], said.ids)


class Requests(DoctorCase):
    """What arrives is not what was sent."""

    def test_the_body_is_dropped(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.proxy("proxy_pass_request_body off;", 'proxy_set_header Content-Length "";')))
        self.assert_found(said, "body_dropped", "POST")

    def test_the_body_is_rewritten(self) -> None:
        http = "map $request_method $body { default $request_body; PATCH '{\"schemas\":[]}'; }"
        said = self.doctor(self.clinic.nginx(self.clinic.proxy("proxy_set_body $body;"), http=http))
        self.assert_found(said, "body_changed", "PATCH")

    def test_the_content_type_is_replaced(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.proxy("proxy_set_header Content-Type text/plain;")))
        self.assert_found(said, "type_changed", "text/plain")

    def test_the_query_is_dropped(self) -> None:
        front = "location / { rewrite ^ /index.php? last; }"
        block = self.clinic.wordpress().replace("location / { try_files $uri $uri/ /index.php?$args; }", front)
        said = self.doctor(self.clinic.nginx(block))
        self.assert_stops(said, "query_changed")
        paste = said.paste("query_changed", "nginx")
        self.assert_good(self.doctor(self.clinic.nginx(block.replace(front, paste))))


class Answers(DoctorCase):
    """What comes back is not what was answered."""

    def test_the_content_type_is_replaced(self) -> None:
        lines = "proxy_hide_header Content-Type; add_header Content-Type text/html always;"
        said = self.doctor(self.clinic.nginx(self.clinic.proxy(lines)))
        self.assert_stops(said, "content_type", "text/html")

    def test_the_body_is_rewritten(self) -> None:
        lines = "sub_filter_types *; sub_filter schemas schemes; proxy_set_header Accept-Encoding '';"
        said = self.doctor(self.clinic.nginx(self.clinic.proxy(lines)))
        self.assert_stops(said, "answer_changed")

    def test_a_compressed_answer_is_no_other_answer(self) -> None:
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.proxy("gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;"))))

    def test_a_wrong_clock(self) -> None:
        with self.plugin("Clock", "header( 'Date: ' . gmdate( 'D, d M Y H:i:s', time() - 900 ) . ' GMT' );"):
            said = self.doctor(self.clinic.nginx(self.clinic.wordpress(php_lines=("fastcgi_pass_header Date;",))))
        finding = self.assert_found(said, "clock", code=0)
        self.assertRegex(finding["explanation"], "(899|900|901) seconds")


class BeforeWordPress(DoctorCase):
    """Requests that never reach WordPress."""

    def test_requests_without_user_agent_are_refused(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress('if ($http_user_agent = "") { return 403; }')))
        self.assert_stops(said, "user_agent", "403")
        paste = said.paste("user_agent", "nginx")
        condition = "if ($bad_agent) { return 403; }"
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.wordpress(condition), http=paste)))

    def test_a_password_protects_the_site(self) -> None:
        users = self.clinic.etc / "htpasswd"
        users.write_text("staging:{PLAIN}staging\n")
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(f'auth_basic "Staging"; auth_basic_user_file {users};')))
        self.assert_stops(said, "password")
        outside, _, inside = said.paste("password", "nginx").rpartition("\n")
        self.assert_good(self.doctor(self.clinic.nginx(self.clinic.wordpress(f"{inside} auth_basic_user_file {users};"), http=outside)))

    def test_addresses_are_not_rewritten(self) -> None:
        front = "location / { try_files $uri $uri/ /index.php?$args; }"
        block = self.clinic.wordpress().replace(front, "location / { try_files $uri $uri/ =404; }")
        said = self.doctor(self.clinic.nginx(block))
        self.assert_stops(said, "rewrite", "404")
        cured = block.replace("location / { try_files $uri $uri/ =404; }", said.paste("rewrite", "nginx"))
        self.assert_good(self.doctor(self.clinic.nginx(cured)))

    def test_a_rule_closes_the_rest_api(self) -> None:
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress("location /wp-json/ { return 403; }")))
        self.assert_stops(said, "firewall", "403")

    def test_php_is_down(self) -> None:
        dead = self.clinic.site.directory / "run" / "nobody.sock"
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(socket_of=dead)))
        self.assert_stops(said, "server_error", "502")

    def test_another_server_has_the_address(self) -> None:
        said = self.doctor(self.clinic.nginx("location / { default_type application/json; return 200 '{}'; }"))
        self.assert_stops(said, "elsewhere", "200")

    def test_a_parked_page_has_the_address(self) -> None:
        said = self.doctor(self.clinic.nginx("location / { default_type text/html; return 200 '<!doctype html><title>Parked</title>'; }"))
        self.assert_stops(said, "login_page", "text/html")


class Extension(DoctorCase):
    """The extension is in one PHP and not in the other."""

    def test_it_is_missing_behind_the_web_server(self) -> None:
        url = self.clinic.nginx(self.clinic.wordpress(socket_of=self.clinic.bare_fpm()))
        finding = self.assert_stops(self.doctor(url), "extension_web", "fpm-fcgi")
        self.assertIn(str(self.clinic.site.directory / "bare" / "etc" / "fpm" / "php.ini"), finding["fixes"][0]["where"])
        self.assert_stops(self.doctor(url, program=self.clinic.bare_php()), "extension", "fpm-fcgi")

    def test_it_is_missing_on_the_command_line(self) -> None:
        said = self.doctor(program=self.clinic.bare_php())
        finding = self.assert_found(said, "extension_here", code=0)
        self.assertIn("bare-cli/etc/php.ini", finding["fixes"][0]["where"])
