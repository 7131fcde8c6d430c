<?php
/**
 * Diagnoses of the web server and what stands around it.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * What the server, a proxy or a firewall takes away from requests and answers.
 */
final class Catalogue_Server {

	/**
	 * See Catalogue::all().
	 */
	public static function entries(): array {
		return self::before_wordpress() + self::header() + self::requests() + self::answers() + self::methods();
	}

	/**
	 * Requests that end before WordPress.
	 */
	private static function before_wordpress(): array {
		return array(
			'password'   => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server asks for a password', 'scimpress' ),
				'explanation' => __( 'A password protects the whole site, as it often does on staging sites. It needs the same header as the token, so identity providers cannot get past it.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'The first lines outside of the server block, the last in place of its auth_basic:', 'scimpress' ), "map \$request_uri \$realm {\n\tdefault \"Restricted\";\n\t~^{path} off;\n}\nauth_basic \$realm;" ),
					Web_Server::APACHE => array( __( 'In place of Require valid-user:', 'scimpress' ), "SetEnvIf Request_URI \"^{path}\" scim\n<RequireAny>\n\tRequire env scim\n\tRequire env REDIRECT_scim\n\tRequire valid-user\n</RequireAny>" ),
				),
			),
			'user_agent' => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'Requests without a User-Agent are refused', 'scimpress' ),
				'explanation' => __( 'With a User-Agent the same request gets through. Microsoft Entra ID sends none. The answer was {status}.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX      => array( __( 'In the rule that looks at $http_user_agent; the empty one must not match:', 'scimpress' ), "map \$http_user_agent \$bad_agent {\n\tdefault 0;\n\t\"\" 0;\n}" ),
					Web_Server::APACHE     => array( __( 'In .htaccess, directly above the RewriteRule that looks at HTTP_USER_AGENT:', 'scimpress' ), 'RewriteCond %{REQUEST_URI} !^{path}' ),
					Catalogue::MODSECURITY => array( __( 'Before the OWASP rules are included:', 'scimpress' ), 'SecRule REQUEST_URI "@beginsWith {path}" "id:1000920,phase:1,pass,nolog,ctl:ruleRemoveById=920320,ctl:ruleRemoveById=920330"' ),
					Catalogue::PROXY       => array( __( 'Allow requests without User-Agent to this path, in the CDN and in every security plugin:', 'scimpress' ), '{path}*' ),
				),
			),
			'rewrite'    => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server does not hand the REST API to WordPress', 'scimpress' ),
				'explanation' => __( 'The same request gets through as /?rest_route=…, so only the rewriting of addresses is missing. The answer was {status}.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'In the server block:', 'scimpress' ), "location / {\n\ttry_files \$uri \$uri/ /index.php?\$args;\n}" ),
					Web_Server::APACHE => array( __( 'In the virtual host, for the directory of WordPress; then save Settings → Permalinks, which writes .htaccess. The module rewrite must be loaded:', 'scimpress' ), "<Directory \"{directory}\">\n\tAllowOverride All\n</Directory>" ),
					Web_Server::IIS    => array( __( 'In web.config, below system.webServer/rewrite/rules (needs the URL Rewrite module):', 'scimpress' ), "<rule name=\"WordPress\" patternSyntax=\"Wildcard\">\n\t<match url=\"*\" />\n\t<conditions>\n\t\t<add input=\"{REQUEST_FILENAME}\" matchType=\"IsFile\" negate=\"true\" />\n\t\t<add input=\"{REQUEST_FILENAME}\" matchType=\"IsDirectory\" negate=\"true\" />\n\t</conditions>\n\t<action type=\"Rewrite\" url=\"index.php\" />\n</rule>" ),
				),
			),
			'firewall'   => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'A firewall or the web server refuses the request', 'scimpress' ),
				'explanation' => __( 'The answer {status} ({type}) came before Scimpress was asked: from a rule of the web server, ModSecurity, a CDN or a plugin that is loaded earlier.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX      => array( __( 'Its error log names the rule (deny, return); leave out this path there:', 'scimpress' ), '{path}' ),
					Web_Server::APACHE     => array( __( 'Its error log names the rule, in .htaccess or the virtual host; leave out this path there:', 'scimpress' ), '{path}' ),
					Catalogue::MODSECURITY => array( __( 'Its audit log names the rule; to leave out one, before the OWASP rules are included:', 'scimpress' ), 'SecRule REQUEST_URI "@beginsWith {path}" "id:1000900,phase:1,pass,nolog,ctl:ruleRemoveById=RULE-ID"' ),
					Catalogue::PROXY       => array( __( 'Allow this path without a challenge, and do not cache it:', 'scimpress' ), '{path}*' ),
				),
			),
			'server_error' => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server fails', 'scimpress' ),
				'explanation' => __( 'The answer {status} does not come from Scimpress. PHP is down, overloaded, or ends with a fatal error before plugins are loaded; the error logs of the web server and of PHP have the cause.', 'scimpress' ),
				'fixes'       => array(),
			),
			'elsewhere'  => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The answer does not come from this site', 'scimpress' ),
				'explanation' => __( 'At the address of this site somebody else answers with {status} ({type}): another WordPress, such as a copy or the live site, a parked page, or a cache.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Check where the name points to, and both addresses under Settings → General:', 'scimpress' ), "wp option get home\nwp option get siteurl" ),
				),
			),
			'visitor_dropped' => array(
				'check'       => 'wordpress',
				'severity'    => Finding::UNKNOWN,
				'title'       => __( 'A proxy drops headers that it does not know', 'scimpress' ),
				'explanation' => __( 'A SCIM answer came, so the site is reached, but the doctor’s own headers X-Scimpress-Visitor and X-Scimpress-Witness were lost, or another site answers. The doctor cannot judge the rest.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::OUTSIDE => array( __( 'Run this on a machine outside your network; it should answer 200 and "totalResults":0:', 'scimpress' ), Catalogue::curl() ),
				),
			),
		);
	}

	/**
	 * The Authorization header.
	 */
	private static function header(): array {
		return array(
			'authorization'       => array(
				'check'       => 'authorization',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server keeps the Authorization header from PHP', 'scimpress' ),
				'explanation' => __( 'The header with the secret token was sent, but does not arrive. Apache does this when PHP runs as CGI or FastCGI, others when they are told to.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::APACHE    => array( __( 'In .htaccess, above the lines of WordPress, or in the virtual host. The first line needs Apache 2.4.13 and AllowOverride AuthConfig; the second does the same elsewhere:', 'scimpress' ), "CGIPassAuth On\nSetEnvIf Authorization \"(.+)\" HTTP_AUTHORIZATION=\$1" ),
					Web_Server::NGINX     => array( __( 'In the location that has fastcgi_pass, as the last fastcgi_param:', 'scimpress' ), 'fastcgi_param HTTP_AUTHORIZATION $http_authorization;' ),
					Web_Server::LITESPEED => array( __( 'In .htaccess, above the lines of WordPress:', 'scimpress' ), "RewriteEngine On\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]" ),
					Web_Server::IIS       => array( __( 'In web.config, below system.webServer/security/authentication:', 'scimpress' ), '<basicAuthentication enabled="false" />' ),
					Catalogue::PROXY      => array( __( 'Let the header Authorization pass. In an nginx that is the proxy, in the location that has proxy_pass:', 'scimpress' ), 'proxy_set_header Authorization $http_authorization;' ),
				),
			),
			'authorization_other' => array(
				'check'       => 'authorization',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'Another Authorization header arrives than was sent', 'scimpress' ),
				'explanation' => __( 'A proxy or the web server signs in somewhere with a header of its own and overwrites the one of the identity provider.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'In the location that has fastcgi_pass, as the last fastcgi_param:', 'scimpress' ), 'fastcgi_param HTTP_AUTHORIZATION $http_authorization;' ),
					Web_Server::APACHE => array( __( 'Remove the line of this form from .htaccess and the virtual host:', 'scimpress' ), 'RequestHeader set Authorization …' ),
					Catalogue::PROXY   => array( __( 'Pass the header of the client on. In an nginx that is the proxy:', 'scimpress' ), 'proxy_set_header Authorization $http_authorization;' ),
				),
			),
		);
	}

	/**
	 * What is changed on the way in.
	 */
	private static function requests(): array {
		return array(
			'query_changed' => array(
				'check'       => 'request',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The query is changed on its way', 'scimpress' ),
				'explanation' => __( 'The filter by which users are looked up does not arrive as it was sent, so an identity provider does not find them.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'The query must be handed on:', 'scimpress' ), "location / {\n\ttry_files \$uri \$uri/ /index.php?\$args;\n}" ),
					Web_Server::APACHE => array( __( 'The rule of WordPress in .htaccess keeps the query; remove a ? at the end of it:', 'scimpress' ), 'RewriteRule . /index.php [L]' ),
				),
			),
			'body_dropped'  => array(
				'check'       => 'request',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The body of requests does not arrive', 'scimpress' ),
				'explanation' => __( 'The {method} had a body when it was sent and none when it arrived. Nothing can be created or changed.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX => array( __( 'In the location that has fastcgi_pass or proxy_pass; remove lines that set the content length to something else:', 'scimpress' ), "fastcgi_pass_request_body on;\nfastcgi_param CONTENT_LENGTH \$content_length;\nfastcgi_param CONTENT_TYPE \$content_type;\nproxy_pass_request_body on;" ),
					Catalogue::PROXY  => array( __( 'Hand on the body of POST, PUT and PATCH unchanged for this path:', 'scimpress' ), '{path}*' ),
				),
			),
			'body_changed'  => array(
				'check'       => 'request',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The body of requests is changed on its way', 'scimpress' ),
				'explanation' => __( 'The {method} arrives with another body than it was sent with: a firewall or proxy rewrites it.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX      => array( __( 'Remove the line of this form from the location:', 'scimpress' ), 'proxy_set_body …;' ),
					Catalogue::MODSECURITY => array( __( 'Before the OWASP rules are included:', 'scimpress' ), 'SecRule REQUEST_URI "@beginsWith {path}" "id:1000910,phase:1,pass,nolog,ctl:requestBodyAccess=Off"' ),
					Catalogue::PROXY       => array( __( 'Hand on the body of POST, PUT and PATCH unchanged for this path:', 'scimpress' ), '{path}*' ),
				),
			),
			'type_changed'  => array(
				'check'       => 'request',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The Content-Type of requests is changed on its way', 'scimpress' ),
				'explanation' => __( 'The {method} was sent as application/scim+json and arrives as “{type}”.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX => array( __( 'In the location that has fastcgi_pass:', 'scimpress' ), 'fastcgi_param CONTENT_TYPE $content_type;' ),
					Catalogue::PROXY  => array( __( 'Hand on the header Content-Type. In an nginx that is the proxy:', 'scimpress' ), 'proxy_set_header Content-Type $content_type;' ),
				),
			),
		);
	}

	/**
	 * What is changed on the way out.
	 */
	private static function answers(): array {
		return array(
			'content_type'   => array(
				'check'       => 'answer',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The Content-Type of answers is wrong', 'scimpress' ),
				'explanation' => __( 'Scimpress answers application/scim+json, and “{type}” comes back. Clients do not read that.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'Remove lines of this form that apply to {path}:', 'scimpress' ), "proxy_hide_header Content-Type;\nfastcgi_hide_header Content-Type;\nadd_header Content-Type …;" ),
					Web_Server::APACHE => array( __( 'In the virtual host:', 'scimpress' ), "<Location \"{path}\">\n\tForceType None\n</Location>" ),
					Catalogue::PROXY   => array( __( 'Leave the header Content-Type of answers alone for this path:', 'scimpress' ), '{path}*' ),
				),
			),
			'answer_changed' => array(
				'check'       => 'answer',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The body of answers is changed on its way back', 'scimpress' ),
				'explanation' => __( 'Something between WordPress and the client rewrites answers: a filter of the web server, a CDN that compresses or adds scripts.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX  => array( __( 'Take * out of the line of this form, or application/scim+json:', 'scimpress' ), 'sub_filter_types …;' ),
					Web_Server::APACHE => array( __( 'Remove lines of this form that apply to {path}:', 'scimpress' ), "Substitute …\nSetOutputFilter …" ),
					Catalogue::PROXY   => array( __( 'Switch off rewriting and minifying for this path:', 'scimpress' ), '{path}*' ),
				),
			),
			'unexpected'     => array(
				'check'       => 'answer',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'Scimpress answers otherwise than it should', 'scimpress' ),
				'explanation' => __( 'The {method} was answered with {status}, not {expected}: {detail}', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'The error log of PHP has the cause. To see more, in wp-config.php:', 'scimpress' ), "define( 'WP_DEBUG', true );\ndefine( 'WP_DEBUG_LOG', true );\ndefine( 'WP_DEBUG_DISPLAY', false );" ),
				),
			),
		);
	}

	/**
	 * Methods.
	 */
	private static function methods(): array {
		$allow = array(
			Web_Server::NGINX      => array( __( 'Widen limit_except, or the condition on $request_method, to:', 'scimpress' ), "if (\$request_method !~ ^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\$) {\n\treturn 405;\n}" ),
			Web_Server::APACHE     => array( __( 'In .htaccess or the virtual host, in place of the Limit, LimitExcept or AllowMethods that refuses them:', 'scimpress' ), "<LimitExcept GET HEAD POST PUT PATCH DELETE OPTIONS>\n\tRequire all denied\n</LimitExcept>" ),
			Web_Server::IIS        => array( __( 'In web.config, below system.webServer:', 'scimpress' ), "<modules>\n\t<remove name=\"WebDAVModule\" />\n</modules>\n<handlers>\n\t<remove name=\"WebDAV\" />\n</handlers>\n<security>\n\t<requestFiltering>\n\t\t<verbs allowUnlisted=\"true\" />\n\t</requestFiltering>\n</security>" ),
			Catalogue::MODSECURITY => array( __( 'In crs-setup.conf; rule 911100 reads it:', 'scimpress' ), "SecAction \"id:900200,phase:1,pass,t:none,nolog,setvar:'tx.allowed_methods=GET HEAD POST OPTIONS PUT PATCH DELETE'\"" ),
			Catalogue::PROXY       => array( __( 'Allow GET, POST, PUT, PATCH and DELETE for this path:', 'scimpress' ), '{path}*' ),
		);
		return array(
			'method_blocked' => array(
				'check'       => 'methods',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The web server refuses {methods}', 'scimpress' ),
				'explanation' => __( 'GET reaches Scimpress; {methods} is answered with {status} before. Users can be read, but not created, changed or deleted.', 'scimpress' ),
				'fixes'       => $allow,
			),
			'type_blocked'   => array(
				'check'       => 'methods',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The content type of SCIM is refused', 'scimpress' ),
				'explanation' => __( '{methods} with application/scim+json is answered with {status} before WordPress; with application/json it gets through. A firewall does not know the type.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::MODSECURITY => array( __( 'In crs-setup.conf; rule 920420 reads it:', 'scimpress' ), "SecAction \"id:900220,phase:1,pass,t:none,nolog,setvar:'tx.allowed_request_content_type=|application/x-www-form-urlencoded| |multipart/form-data| |multipart/related| |text/xml| |application/xml| |application/soap+xml| |application/json| |application/scim+json|'\"" ),
					Catalogue::PROXY       => array( __( 'Allow application/scim+json for this path:', 'scimpress' ), '{path}*' ),
				),
			),
			'put_blocked'    => array(
				'check'       => 'methods',
				'severity'    => Finding::WARNING,
				'title'       => __( 'The web server refuses PUT', 'scimpress' ),
				'explanation' => __( 'Microsoft Entra ID does without PUT; Okta and others need it. The answer was {status}.', 'scimpress' ),
				'fixes'       => $allow,
			),
			'method_changed' => array(
				'check'       => 'methods',
				'severity'    => Finding::PROBLEM,
				'title'       => __( '{method} arrives as another method', 'scimpress' ),
				'explanation' => __( 'A proxy or the web server makes {other} of {method}.', 'scimpress' ),
				'fixes'       => array(
					Web_Server::NGINX => array( __( 'In the location that has fastcgi_pass, and without proxy_method anywhere:', 'scimpress' ), 'fastcgi_param REQUEST_METHOD $request_method;' ),
					Catalogue::PROXY  => array( __( 'Hand on the method unchanged for this path:', 'scimpress' ), '{path}*' ),
				),
			),
		);
	}
}
