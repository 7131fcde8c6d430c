<?php
/**
 * Everything that the doctor may find.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * The checks in their order, and the diagnoses with what to do about them. docs/doctor.md is made of it.
 */
final class Catalogue {

	/** Keys of fixes beside those of Web_Server. */
	public const WORDPRESS   = 'wordpress';
	public const PROXY       = 'proxy';
	public const MODSECURITY = 'modsecurity';
	public const OUTSIDE     = 'outside';

	/**
	 * The checks, from the outside in: what stops one leaves those below it without judgement.
	 *
	 * @return array<string,string> Id => translated name.
	 */
	public static function checks(): array {
		return array(
			'settings'      => __( 'Settings', 'scimpress' ),
			'permalinks'    => __( 'Permalinks', 'scimpress' ),
			'address'       => __( 'The site answers at its own address', 'scimpress' ),
			'redirect'      => __( 'No redirect', 'scimpress' ),
			'wordpress'     => __( 'Requests reach WordPress', 'scimpress' ),
			'cache'         => __( 'No cache in between', 'scimpress' ),
			'extension'     => __( 'PHP extension', 'scimpress' ),
			'authorization' => __( 'The Authorization header arrives', 'scimpress' ),
			'routes'        => __( 'No other plugin refuses or answers', 'scimpress' ),
			'request'       => __( 'Requests arrive unchanged', 'scimpress' ),
			'answer'        => __( 'Answers come back unchanged', 'scimpress' ),
			'methods'       => __( 'POST, PATCH, PUT and DELETE get through', 'scimpress' ),
			'clock'         => __( 'Clock', 'scimpress' ),
		);
	}

	/**
	 * All diagnoses.
	 *
	 * @return array<string,array{check: string, severity: string, title: string, explanation: string, fixes: array<string,array{0: string, 1: string}>}> By id. Texts hold placeholders in braces; a fix is where to paste and what.
	 */
	public static function all(): array {
		return Catalogue_Site::entries() + Catalogue_Way::entries() + Catalogue_Server::entries() + Catalogue_Plugins::entries();
	}

	/**
	 * One diagnosis.
	 *
	 * @param string $id Its id.
	 * @return array{check: string, severity: string, title: string, explanation: string, fixes: array<string,array{0: string, 1: string}>}
	 */
	public static function entry( string $id ): array {
		return self::all()[ $id ];
	}

	/**
	 * Name of the key of a fix, for people; '' where none is needed.
	 *
	 * @param string $server Key of a fix.
	 */
	public static function server_name( string $server ): string {
		return array(
			self::WORDPRESS   => '',
			self::PROXY       => __( 'Proxy, CDN or firewall', 'scimpress' ),
			self::MODSECURITY => 'ModSecurity',
			self::OUTSIDE     => __( 'From outside', 'scimpress' ),
		)[ $server ] ?? Web_Server::NAMES[ $server ];
	}

	/**
	 * The request by which the connection is tested from another machine.
	 */
	public static function curl(): string {
		return "curl -i -A '' -H 'Authorization: Bearer YOUR-SECRET-TOKEN' '{tenant_url}Users?filter=userName+eq+%22nobody%22'";
	}
}
