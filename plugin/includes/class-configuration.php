<?php
/**
 * What the site decides about an exchange.
 *
 * @package Scimpress
 */

namespace Scimpress;

use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Rest\Routes;
use Scimpress\Roles\Rule_Set;
use Scimpress\Store\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Makes `$config` of the engine's exchanges out of the settings, the clock and chance.
 */
final class Configuration {

	/**
	 * The configuration of one exchange.
	 *
	 * @param string|null $new_id SCIM id of a resource that may be created; a new random one when null.
	 * @return array{base: string, now: int, newId: string, membersAdditive: bool, passwordsIgnored: bool, schemas: string, mappings: list<array{path: string, target: string}>, roles: list<array<string,string>>, journal: bool} Base URL, time in milliseconds, id for a new resource, whether replacing members only adds them, whether passwords are passed over, declared schemas as JSON text, mapped attributes, rules that give roles, whether changes are collected for the log.
	 * @throws \Random\RandomException When the system has no randomness to give (\Exception before PHP 8.2).
	 */
	public static function of_site( ?string $new_id = null ): array {
		return array(
			'base'             => self::base(),
			'now'              => Store::now(),
			'newId'            => $new_id ?? self::uuid(),
			'membersAdditive'  => Settings::members_additive(),
			'passwordsIgnored' => Settings::ignore_passwords(),
			'schemas'          => Attribute_Settings::schemas(),
			'mappings'         => Attribute_Settings::mappings(),
			'roles'            => Rule_Set::of_site()->for_engine(),
			'journal'          => Log\Settings::enabled(),
		);
	}

	/**
	 * Address of the service, without a slash at its end.
	 */
	public static function base(): string {
		return untrailingslashit( rest_url( Routes::NAMESPACE ) );
	}

	/**
	 * A random UUID (version 4). wp_generate_uuid4() draws on mt_rand(), which a forked or restored process may repeat;
	 * an id must never come twice.
	 */
	private static function uuid(): string {
		$bytes    = random_bytes( 16 );
		$bytes[6] = chr( ord( $bytes[6] ) & 0x0f | 0x40 );
		$bytes[8] = chr( ord( $bytes[8] ) & 0x3f | 0x80 );
		return vsprintf( '%s%s-%s-%s-%s-%s%s%s', str_split( bin2hex( $bytes ), 4 ) );
	}
}
