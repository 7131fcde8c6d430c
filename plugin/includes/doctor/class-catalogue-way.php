<?php
/**
 * Diagnoses of the way to the web server.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * Address, TLS, redirects, caches, clock.
 */
final class Catalogue_Way {

	/**
	 * See Catalogue::all().
	 */
	public static function entries(): array {
		return self::unreachable() + self::tls() + self::redirects() + array(
			'cache' => array(
				'check'       => 'cache',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'A cache answers in place of WordPress', 'scimpress' ),
				'explanation' => __( 'An answer was stored and given again, although it forbids that (Cache-Control: no-store). The identity provider then reads what is no longer true, and strangers may read what only it may.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX    => array( __( 'In the location that has proxy_cache or fastcgi_cache; remove proxy_ignore_headers or fastcgi_ignore_headers, too:', 'scimpress' ), "proxy_cache_bypass \$http_authorization;\nproxy_no_cache \$http_authorization;\nfastcgi_cache_bypass \$http_authorization;\nfastcgi_no_cache \$http_authorization;" ),
					Web_Server::APACHE   => array( __( 'In the virtual host:', 'scimpress' ), 'CacheDisable "{path}"' ),
					Catalogue::PROXY     => array( __( 'Let this path pass without being stored, in the CDN and in every cache plugin:', 'scimpress' ), '{path}*' ),
				),
			),
			'clock' => array(
				'check'       => 'clock',
				'severity'    => Finding::WARNING,
				'title'       => __( 'A clock is wrong', 'scimpress' ),
				'explanation' => __( 'The Date of the answer and the clock of this server are {seconds} seconds apart. Certificates seem expired then, and times in the logs cannot be compared.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'On the server, and on the proxy if there is one, as root:', 'scimpress' ), 'timedatectl set-ntp true' ),
				),
			),
		);
	}

	/**
	 * No answer at all. A server may be unable to call itself and still serve the world.
	 */
	private static function unreachable(): array {
		$from_outside = array(
			Catalogue::OUTSIDE => array( __( 'Run this on a machine outside your network. If it answers 200 and "totalResults":0, the connection works and only the doctor cannot see it:', 'scimpress' ), Catalogue::curl() ),
		);
		return array(
			'dns'               => array(
				'check'       => 'address',
				'severity'    => Finding::UNKNOWN,
				'title'       => __( 'This server does not find its own name', 'scimpress' ),
				'explanation' => __( 'The name in the Tenant URL has no address here, so the doctor cannot call it. From outside it may have one. The error was: {error}', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Correct the name in the DNS, or add it to /etc/hosts on this server:', 'scimpress' ), '127.0.0.1 {host}' ),
				) + $from_outside,
			),
			'refused'           => array(
				'check'       => 'address',
				'severity'    => Finding::UNKNOWN,
				'title'       => __( 'This server cannot connect to its own address', 'scimpress' ),
				'explanation' => __( 'Nobody listens there, or a firewall lets no one in from inside; many hosts do. So the doctor cannot judge the connection. The error was: {error}', 'scimpress' ),
				'fixes'       => $from_outside,
			),
			'timeout'           => array(
				'check'       => 'address',
				'severity'    => Finding::UNKNOWN,
				'title'       => __( 'This server gets no answer from its own address in time', 'scimpress' ),
				'explanation' => __( 'A firewall drops the request, or PHP has a single worker, which is busy with the doctor. So the doctor cannot judge the connection. The error was: {error}', 'scimpress' ),
				'fixes'       => $from_outside,
			),
			'request_forbidden' => array(
				'check'       => 'address',
				'severity'    => Finding::UNKNOWN,
				'title'       => __( 'WordPress may not send requests to itself', 'scimpress' ),
				'explanation' => __( 'A plugin or the filter block_local_requests forbids it, so the doctor cannot judge the connection.', 'scimpress' ),
				'fixes'       => $from_outside,
			),
			'no_answer'         => array(
				'check'       => 'address',
				'severity'    => Finding::UNKNOWN,
				'title'       => __( 'No answer came', 'scimpress' ),
				'explanation' => __( 'The doctor cannot judge the connection from inside. The error was: {error}', 'scimpress' ),
				'fixes'       => $from_outside,
			),
			'late'              => array(
				'check'       => 'address',
				'severity'    => Finding::UNKNOWN,
				'title'       => __( 'The site answers too slowly to be examined', 'scimpress' ),
				'explanation' => __( 'The doctor stops after 30 seconds. Identity providers give up on slow answers, too.', 'scimpress' ),
				'fixes'       => $from_outside,
			),
		);
	}

	/**
	 * Certificates.
	 */
	private static function tls(): array {
		$certificate = array(
			Web_Server::NGINX    => array( __( 'In the server block; the file holds the certificate of the site first, then those that lead to the authority:', 'scimpress' ), "ssl_certificate /etc/letsencrypt/live/{host}/fullchain.pem;\nssl_certificate_key /etc/letsencrypt/live/{host}/privkey.pem;" ),
			Web_Server::APACHE   => array( __( 'In the virtual host; the file holds the certificate of the site first, then those that lead to the authority:', 'scimpress' ), "SSLCertificateFile /etc/letsencrypt/live/{host}/fullchain.pem\nSSLCertificateKeyFile /etc/letsencrypt/live/{host}/privkey.pem" ),
			Catalogue::WORDPRESS => array( __( 'If you have no certificate, certbot gets one and renews it:', 'scimpress' ), 'certbot -d {host}' ),
		);
		return array(
			'tls_untrusted' => array(
				'check'       => 'address',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The certificate is not trusted', 'scimpress' ),
				'explanation' => __( 'It is self-signed, or the server does not send the certificates between it and a public authority. Microsoft Entra ID does not connect then. The error was: {error}', 'scimpress' ),
				'fixes'       => $certificate,
			),
			'tls_expired'   => array(
				'check'       => 'address',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The certificate is not valid today', 'scimpress' ),
				'explanation' => __( 'It has expired or is not valid yet. The error was: {error}', 'scimpress' ),
				'fixes'       => array( Catalogue::WORDPRESS => array( __( 'Renew it and reload the web server; with certbot:', 'scimpress' ), 'certbot renew --force-renewal --cert-name {host}' ) ),
			),
			'tls_name'      => array(
				'check'       => 'address',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The certificate is for another name', 'scimpress' ),
				'explanation' => __( 'The name in the Tenant URL is not one of its names: the web server picks the wrong certificate, or the name was left out. The error was: {error}', 'scimpress' ),
				'fixes'       => $certificate,
			),
			'tls'           => array(
				'check'       => 'address',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'No encrypted connection comes about', 'scimpress' ),
				'explanation' => __( 'The web server speaks no TLS at this port, or none that is safe. Microsoft Entra ID needs TLS 1.2. The error was: {error}', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'In the server block:', 'scimpress' ), "listen 443 ssl;\nssl_protocols TLSv1.2 TLSv1.3;" ),
					Web_Server::APACHE => array( __( 'In the virtual host:', 'scimpress' ), "SSLEngine on\nSSLProtocol -all +TLSv1.2 +TLSv1.3" ),
				),
			),
		);
	}

	/**
	 * Redirects. Clients do not follow them, or lose method and body.
	 */
	private static function redirects(): array {
		$addresses = array(
			Catalogue::WORDPRESS => array( __( 'Enter the Tenant URL that begins with {origin} at the identity provider, and change both addresses under Settings → General to match, or run (WP_HOME and WP_SITEURL in wp-config.php decide where they are set):', 'scimpress' ), "wp option update home '{origin}'\nwp option update siteurl '{origin}'" ),
		);
		$meaning   = __( 'The web server answers {status} and points to {location}. Identity providers do not follow it.', 'scimpress' );
		return array(
			'redirect_https' => array(
				'check'       => 'redirect',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server redirects from http to https', 'scimpress' ),
				'explanation' => $meaning,
				'fixes'       => $addresses,
			),
			'redirect_host'  => array(
				'check'       => 'redirect',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server redirects to another host name', 'scimpress' ),
				'explanation' => $meaning,
				'fixes'       => $addresses,
			),
			'redirect_slash' => array(
				'check'       => 'redirect',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server redirects because of a slash at the end', 'scimpress' ),
				'explanation' => $meaning,
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'Put the rule about slashes into this condition:', 'scimpress' ), "if (\$request_uri !~ ^{path}) {\n\trewrite ^(.*[^/])\$ \$1/ permanent;\n}" ),
					Web_Server::APACHE => array( __( 'In .htaccess, directly above the rule that adds or removes the slash:', 'scimpress' ), 'RewriteCond %{REQUEST_URI} !^{path}' ),
					Catalogue::PROXY   => array( __( 'Leave out this path from every rule about slashes:', 'scimpress' ), '{path}*' ),
				),
			),
			'login_redirect' => array(
				'check'       => 'redirect',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'Requests are sent to the sign-in page', 'scimpress' ),
				'explanation' => __( 'Something closes the site to everybody who is not signed in, before Scimpress is loaded: a rule of the web server, a must-use plugin or another site of the network. It points to {location}.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Leave out this path there:', 'scimpress' ), '{path}' ),
				),
			),
			'redirect'       => array(
				'check'       => 'redirect',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server redirects', 'scimpress' ),
				'explanation' => $meaning,
				'fixes'       => array(
					Catalogue::PROXY => array( __( 'Leave out this path from the rule that redirects:', 'scimpress' ), '{path}*' ),
				),
			),
		);
	}
}
