"""The connection doctor on servers that are really broken.

    SCIMPRESS_DATABASE=sqlite|mariadb python3 -m unittest discover -s tests/doctor -t .

raises one site for the run. Each test breaks something of it: an nginx in front of it, Apache, a certificate, a plugin.
"""
