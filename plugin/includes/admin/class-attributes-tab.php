<?php
/**
 * Settings → Scimpress → Attributes.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Attributes\Received;
use Scimpress\Attributes\Schema_Form;
use Scimpress\Engine;
use Scimpress\Requirements;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Job;

defined( 'ABSPATH' ) || exit;

/**
 * Schemas that the site declares, a form each, and mappings, one form for all. What is wrong is said beside its row, and nothing
 * of the form is saved then.
 */
final class Attributes_Tab extends Tab {

	public const SLUG = 'attributes';

	public const SCHEMA   = 'scimpress_save_schema';
	public const REMOVE   = 'scimpress_remove_schema';
	public const MAPPINGS = 'scimpress_save_mappings';

	/** HTML ids of the forms of the mappings and of a new schema. */
	public const FORM     = 'scimpress-mappings-form';
	public const FORM_NEW = 'scimpress-schema-form';

	/** Name of the buttons that add a row for a path, or begin a schema by its URN. They save nothing. */
	public const ADD = 'scimpress_add';

	/** Last field of a form: PHP passes over what exceeds max_input_vars, and half a form must not replace the whole. */
	public const END = 'scimpress_end';

	/** Empty rows at the end of each table. */
	private const EMPTY_ROWS = 3;

	/**
	 * Mappings that stand in the form and are not saved.
	 *
	 * @var list<array{path: string, target: string}>|null
	 */
	private ?array $unsaved = null;

	/**
	 * Path or URN that the form is to begin with, empty for none.
	 *
	 * @var string
	 */
	private string $added = '';

	/**
	 * The box for trying.
	 *
	 * @var Try_Section
	 */
	private readonly Try_Section $try;

	/**
	 * The form that was refused: `schema` (the URN it was about) or `mappings`, as it was sent, and what is wrong with it.
	 *
	 * @var array{original?: string, schema?: array, mappings?: list<array>, problems: array}|null
	 */
	private ?array $refused = null;

	/**
	 * The tab.
	 */
	public function __construct() {
		$this->try = new Try_Section( self::FORM, self::SLUG );
	}

	/**
	 * {@inheritDoc}
	 */
	public function slug(): string {
		return self::SLUG;
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Attributes', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::SCHEMA, self::REMOVE, self::MAPPINGS );
	}

	/**
	 * Does what a checked form asks for.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		if ( ! Requirements::met() ) {
			$this->outcome = array( 'error', (string) Requirements::problem() );
			return;
		}
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
		if ( ! isset( $_POST[ self::END ] ) ) {
			$this->outcome = array( 'error', __( 'Not saved: PHP has passed over a part of the form. It has more fields than max_input_vars in php.ini allows.', 'scimpress' ) );
			return;
		}
		$this->added = self::line( self::ADD );
		if ( '' !== $this->added || Try_Section::is_asked() ) {
			$this->look( $action );
			return;
		}
		$saved = match ( $action ) {
			self::SCHEMA => $this->save_schema(),
			self::REMOVE => $this->remove_schema(),
			default      => $this->save_mappings(),
		};
		if ( $saved ) {
			if ( Attribute_Settings::mappings() ) {
				Job::begin( false );
			}
			wp_safe_redirect( add_query_arg( 'saved', '1', Page::url( self::SLUG ) ), 303 );
			exit;
		}
		$this->outcome ??= array( 'error', __( 'Not saved. What is wrong is said below.', 'scimpress' ) );
	}

	/**
	 * What to say of this request.
	 */
	public function outcome(): ?array {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
		return null === $this->outcome && isset( $_GET['saved'] ) ? array( 'success', __( 'Attributes saved. People who are here already are brought in line in the background.', 'scimpress' ) ) : $this->outcome;
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$problem = Requirements::problem();
		if ( null !== $problem ) {
			printf( '<p>%s</p>', esc_html( $problem ) );
			return;
		}
		$received = new Received();
		$page     = array(
			'schemas'  => $this->schemas( $received->schemas() ),
			'mappings' => $this->mappings(),
			'added'    => $this->added,
			'unsaved'  => null !== $this->unsaved && Attribute_Settings::mappings() !== $this->unsaved,
			'received' => $received,
			'paths'    => $received->paths( $this->unsaved ?? Attribute_Settings::mappings() ),
			'unknown'  => $received->schemas(),
			'try'      => $this->try,
		);
		require __DIR__ . '/views/attributes-tab.php';
	}

	/**
	 * Does what a checked form asks for that changes nothing: a row more, or a trial. What was typed stays.
	 *
	 * @param string $action One of actions().
	 */
	private function look( string $action ): void {
		if ( '' !== $this->added ) {
			$this->outcome = array( 'info', __( 'The form below has been filled in and is not saved yet.', 'scimpress' ) );
		}
		if ( self::MAPPINGS !== $action ) {
			return;
		}
		$this->unsaved = self::posted_mappings();
		if ( '' !== $this->added ) {
			return;
		}
		if ( Attribute_Settings::problems( $this->unsaved, Attribute_Settings::schemas() ) ) {
			$this->outcome = array( 'error', __( 'Nothing was tried: some mappings are not right yet.', 'scimpress' ) );
			return;
		}
		$this->try->perform( $this->unsaved, Rule_Set::of_site() );
	}

	/**
	 * The schemas as they are shown, the last one empty or as it was received.
	 *
	 * @param list<array{users: int, schema: array}> $received Of Received.
	 * @return list<array{original: string, schema: array, problems: array<string,string>}> Problems by row of the attribute, '' for the schema.
	 */
	private function schemas( array $received ): array {
		$shown = array();
		$new   = array_column( array_column( $received, 'schema' ), null, 'id' )[ $this->added ] ?? Schema_Form::EMPTY_SCHEMA;
		foreach ( array( ...Attribute_Settings::declared(), $new ) as $schema ) {
			$original   = $new === $schema ? '' : $schema['id'];
			$is_refused = isset( $this->refused['schema'] ) && $this->refused['original'] === $original;
			$schema     = $is_refused ? $this->refused['schema'] : $schema;
			array_push( $schema['attributes'], ...array_fill( 0, self::EMPTY_ROWS, Schema_Form::EMPTY_ATTRIBUTE ) );
			$shown[] = array(
				'original' => $original,
				'schema'   => $schema,
				'problems' => $is_refused ? $this->refused['problems'] : array(),
			);
		}
		return $shown;
	}

	/**
	 * The mappings as they are shown, the last ones empty.
	 *
	 * @return list<array{path: string, target: string, problem: string|null}>
	 */
	private function mappings(): array {
		$mappings = $this->unsaved ?? $this->refused['mappings'] ?? Attribute_Settings::mappings();
		$problems = isset( $this->refused['mappings'] ) ? $this->refused['problems'] : Attribute_Settings::problems( $mappings, Attribute_Settings::schemas() );
		$empty    = array(
			'path'   => '',
			'target' => '',
		);
		$more     = array_fill( 0, self::EMPTY_ROWS, $empty );
		$shown    = array();
		if ( null !== $this->unsaved ) {
			$more[0]['path'] = $this->added;
		}
		foreach ( array( ...$mappings, ...$more ) as $place => $mapping ) {
			$shown[] = $mapping + array( 'problem' => $problems[ $place ] ?? null );
		}
		return $shown;
	}

	/**
	 * Saves the form of one schema.
	 */
	private function save_schema(): bool {
		$original = self::line( 'original' );
		$schema   = Schema_Form::posted();
		$schemas  = Attribute_Settings::declared();
		$places   = array_column( $schemas, 'id' );
		$place    = '' === $original ? count( $schemas ) : array_search( $original, $places, true );
		if ( false === $place ) {
			$this->outcome = array( 'error', __( 'Not saved: this schema was removed meanwhile.', 'scimpress' ) );
			return false;
		}
		$schemas[ $place ] = $schema;

		$problems = array();
		foreach ( Engine::schema_problems( Attribute_Settings::encode( $schemas ) ) as $problem ) {
			// What is wrong with another schema is wrong with both, or was before.
			$row              = $place === $problem['schema'] && null !== $problem['attribute'] ? (string) $problem['attribute'] : '';
			$problems[ $row ] = isset( $problems[ $row ] ) ? $problems[ $row ] . '; ' . $problem['message'] : $problem['message'];
		}
		if ( $problems ) {
			$this->refused = array(
				'original' => $original,
				'schema'   => $schema,
				'problems' => $problems,
			);
			return false;
		}
		Attribute_Settings::declare( $schemas );
		return true;
	}

	/**
	 * Removes a schema. What users have of it stays in their resources.
	 */
	private function remove_schema(): bool {
		$original = self::line( 'original' );
		Attribute_Settings::declare( array_filter( Attribute_Settings::declared(), static fn( array $schema ): bool => $schema['id'] !== $original ) );
		return true;
	}

	/**
	 * The mappings of the checked form. A row without a path and a target is none.
	 *
	 * @return list<array{path: string, target: string}>
	 */
	private static function posted_mappings(): array {
		$paths    = self::lines( 'path' );
		$targets  = self::lines( 'target' );
		$mappings = array();
		foreach ( $paths as $row => $path ) {
			$target = $targets[ $row ] ?? '';
			if ( '' !== $path || '' !== $target ) {
				$mappings[] = array(
					'path'   => $path,
					'target' => $target,
				);
			}
		}
		return $mappings;
	}

	/**
	 * Saves the form of the mappings.
	 */
	private function save_mappings(): bool {
		$mappings = self::posted_mappings();
		$problems = Attribute_Settings::problems( $mappings, Attribute_Settings::schemas() );
		if ( $problems ) {
			$this->refused = array(
				'mappings' => $mappings,
				'problems' => $problems,
			);
			return false;
		}
		Attribute_Settings::map( $mappings );
		return true;
	}

	/**
	 * A field of the checked form, as one line of UTF-8.
	 *
	 * @param string $name Field name.
	 */
	private static function line( string $name ): string {
		return Schema_Form::plain( self::posted_text( $name ) );
	}

	/**
	 * A column of the checked form.
	 *
	 * @param string $name Field name.
	 * @return array<int,string> Row => text.
	 */
	private static function lines( string $name ): array {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- Page::load() has checked the nonce; Schema_Form::column() sanitises.
		return Schema_Form::column( $_POST[ $name ] ?? null );
	}
}
