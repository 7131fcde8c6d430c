<?php
/**
 * What identity providers have sent.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

use Scimpress\Engine;
use Scimpress\Store\Sample;

defined( 'ABSPATH' ) || exit;

/**
 * Suggestions for mappings, declarations and role rules, out of the newest users and groups. Which attributes a document has the
 * engine says.
 */
final class Received {

	/**
	 * How many users were looked at.
	 *
	 * @var int
	 */
	public readonly int $users;

	/**
	 * What they have, of the engine.
	 *
	 * @var array{paths: list<array{path: string, users: int}>, extensions: list<array{id: string, attributes: list<array{name: string, type: string, multiValued: bool}>, users: int}>, rules: list<array{kind: string, value: string, users: int}>}
	 */
	private readonly array $found;

	/**
	 * Looks at the newest users.
	 */
	public function __construct() {
		$documents   = Sample::documents();
		$this->users = count( $documents );
		$this->found = Engine::received( $documents, Attribute_Settings::schemas() );
	}

	/**
	 * Paths of attributes; those first that no mapping has.
	 *
	 * @param list<array{path: string, target: string}> $mappings Mappings.
	 * @return list<array{path: string, users: int, target: string|null}> The target that a path is mapped to already.
	 */
	public function paths( array $mappings ): array {
		$targets = array();
		foreach ( $mappings as $mapping ) {
			$targets[ strtolower( $mapping['path'] ) ] ??= $mapping['target'];
		}
		$paths = array_map( static fn( array $it ): array => $it + array( 'target' => $targets[ strtolower( $it['path'] ) ] ?? null ), $this->found['paths'] );
		usort( $paths, static fn( array $a, array $b ): int => (int) isset( $a['target'] ) <=> (int) isset( $b['target'] ) );
		return $paths;
	}

	/**
	 * Schemas that nobody has declared, as a form would begin.
	 *
	 * @return list<array{users: int, schema: array}>
	 */
	public function schemas(): array {
		return array_map(
			static fn( array $it ): array => array(
				'users'  => $it['users'],
				'schema' => array(
					'id'         => $it['id'],
					'attributes' => array_map( static fn( array $attribute ): array => $attribute + Schema_Form::EMPTY_ATTRIBUTE, $it['attributes'] ),
				) + Schema_Form::EMPTY_SCHEMA,
			),
			$this->found['extensions']
		);
	}

	/**
	 * What rules could ask for: names of groups, app roles, departments.
	 *
	 * @return list<array{kind: string, value: string, users: int|null}> Of groups it is not known how many are in them.
	 */
	public static function rules(): array {
		$groups = array_map(
			static fn( string $name ): array => array(
				'kind'  => 'group',
				'value' => $name,
				'users' => null,
			),
			Sample::group_names()
		);
		return array( ...$groups, ...( new self() )->found['rules'] );
	}
}
