<?php
/**
 * What tests of the log share.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Log\Log_Table;
use Scimpress\Log\Settings;

/**
 * A site with the settings of the log as they are at first, and rows without requests.
 */
abstract class Log_Test_Case extends Scim_Test_Case {

	protected const PAGE = '/wp-admin/options-general.php?page=scimpress&tab=log';

	protected function setUp(): void {
		parent::setUp();
		delete_option( Settings::OPTION );
		delete_option( \Scimpress\Log\Days::OPTION );
		wp_cache_flush();
	}

	protected function tearDown(): void {
		delete_option( Settings::OPTION );
		delete_option( \Scimpress\Log\Days::OPTION );
		\Scimpress\Log\Backlog::end();
		parent::tearDown();
	}

	/**
	 * The rows of the log, oldest first, whole.
	 *
	 * @return list<object>
	 */
	protected static function entries(): array {
		global $wpdb;
		return $wpdb->get_results( 'SELECT * FROM ' . Log_Table::name() . ' ORDER BY position' );
	}

	/**
	 * Appends a row.
	 *
	 * @param array $changes Columns that differ.
	 */
	protected static function entry( array $changes = array() ): object {
		$failed = $changes['failed'] ?? 0;
		Log_Table::append(
			array(
				$changes + array(
					'failure'   => $failed ? ( $changes['operation'] ?? 'update' ) : null,
					'time'      => (int) ( microtime( true ) * 1000 ),
					'request'   => bin2hex( random_bytes( 8 ) ),
					'token'     => '',
					'agent'     => '',
					'address'   => '',
					'duration'  => 1500,
					'operation' => 'update',
					'resource'  => 'User',
					'scim_id'   => null,
					'user_id'   => null,
					'name'      => '',
					'name_key'  => null,
					'status'    => 200,
					'failed'    => 0,
					'scim_type' => '',
					'message'   => '',
					'changes'   => null,
					'raw'       => null,
					'size'      => 100,
				),
			)
		);
		$entries = self::entries();
		return end( $entries );
	}

	/**
	 * Attributes of a row: path => old and new value.
	 *
	 * @param object $entry The row.
	 * @return array<string,array{0: ?string, 1: ?string}>
	 */
	protected static function attributes( object $entry ): array {
		$attributes = array();
		foreach ( json_decode( (string) $entry->changes, true )['attributes'] ?? array() as $attribute ) {
			$attributes[ $attribute['path'] ] = array( $attribute['old'], $attribute['new'] );
		}
		return $attributes;
	}

	/**
	 * A PATCH message.
	 *
	 * @param array ...$operations Its operations.
	 */
	protected static function patch( array ...$operations ): string {
		return wp_json_encode(
			array(
				'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
				'Operations' => $operations,
			)
		);
	}

	/**
	 * Asserts that a text is nowhere in the log.
	 *
	 * @param string $text The text.
	 */
	protected static function assertNotLogged( string $text ): void {
		self::assertStringNotContainsString( $text, (string) wp_json_encode( self::entries(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) );
	}
}
