"""Black-box tests over HTTP, through nginx and php-fpm.

    SCIMPRESS_DATABASE=sqlite|mariadb python3 -m unittest discover -s tests/http -t .

raises a site for the run. SCIMPRESS_TENANT_URL and SCIMPRESS_TOKEN point the tests at a running one
instead; SCIMPRESS_ADMIN_LOGIN and SCIMPRESS_ADMIN_PASSWORD then name an administrator of it.
"""
