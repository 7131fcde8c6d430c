<?php
/**
 * Settings → Scimpress → Roles.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Attributes\Received;
use Scimpress\Capability;
use Scimpress\Requirements;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settings;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Queue;

defined( 'ABSPATH' ) || exit;

/**
 * Role rules: the form, its preview, and the run over everybody that follows. A run goes on in the background, and on this page
 * for sites whose WP-Cron does not work.
 */
final class Roles_Tab extends Tab {

	/** The form; its button says whether to preview or to save. */
	public const RULES = 'scimpress_roles';

	public const GO_ON  = 'scimpress_roles_go_on';
	public const PAUSE  = 'scimpress_roles_pause';
	public const RESUME = 'scimpress_roles_resume';
	public const CANCEL = 'scimpress_roles_cancel';

	/** Name of the buttons of the form, and the value of the one that saves. */
	public const BUTTON = 'scimpress_roles_button';
	public const SAVE   = 'save';

	/** HTML id of the form. */
	public const FORM = 'scimpress-rules-form';

	/** Name of the buttons that add a row, of kind and text. They save nothing. */
	public const ADD = 'scimpress_add';

	/** Rows for rules that are yet to be written. */
	private const EMPTY_ROWS = 3;

	/** Seconds after which a request begins no further batch. */
	private const SECONDS = 4.0;

	/**
	 * Rules of the form that this request could not take.
	 *
	 * @var Rule_Set|null
	 */
	private ?Rule_Set $posted = null;

	/**
	 * A row that the form is to have beside its rules, null for none.
	 *
	 * @var array{role: string, kind: string, value: string}|null
	 */
	private ?array $added = null;

	/**
	 * The box for trying.
	 *
	 * @var Try_Section
	 */
	private readonly Try_Section $try;

	/**
	 * The tab.
	 */
	public function __construct() {
		$this->try = new Try_Section( self::FORM, 'roles' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function slug(): string {
		return 'roles';
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Roles', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::RULES, self::GO_ON, self::PAUSE, self::RESUME, self::CANCEL );
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
		$said = array();
		switch ( $action ) {
			case self::RULES:
				$rules = self::rules();
				if ( $this->look( $rules ) ) {
					return;
				}
				if ( $rules->errors() || self::forbidden( $rules ) ) {
					$this->posted  = $rules;
					$this->outcome = array( 'error', __( 'Nothing was saved: some rules are not right yet.', 'scimpress' ) );
					return;
				}
				if ( self::SAVE === self::posted( self::BUTTON ) ) {
					$rules->save();
					Job::begin( false );
					$said = array( 'saved' => '1' );
				} else {
					Job::begin( true, $rules );
				}
				break;
			case self::PAUSE:
				Job::turn( Job::PAUSED );
				break;
			case self::RESUME:
				Job::turn( Job::RUNNING );
				break;
			case self::CANCEL:
				Job::turn( Job::CANCELLED );
				break;
		}
		if ( in_array( $action, array( self::RULES, self::GO_ON, self::RESUME ), true ) ) {
			self::work();
		}
		wp_safe_redirect( add_query_arg( $said, Page::url( $this->slug() ) ) . ( self::GO_ON === $action ? '#scimpress-run' : '' ), 303 );
		exit;
	}

	/**
	 * What to say of this request.
	 */
	public function outcome(): ?array {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
		return null === $this->outcome && isset( $_GET['saved'] ) ? array( 'success', __( 'Rules saved.', 'scimpress' ) ) : $this->outcome;
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$run     = Job::state();
		$running = null !== $run && Job::RUNNING === $run['state'];
		// What was previewed last stands in the form, so that it can be saved.
		$previewed = null !== $run && $run['dry'] && Job::CANCELLED !== $run['state'] ? new Rule_Set( $run['rules'] ) : null;
		$rules     = $this->posted ?? $previewed ?? Rule_Set::of_site();
		$page      = array(
			'run'         => $run,
			'running'     => $running,
			'waiting'     => Queue::count(),
			'rules'       => $rules,
			'unsaved'     => $rules->rules !== Rule_Set::of_site()->rules || $rules->scenario !== Rule_Set::of_site()->scenario,
			'errors'      => Requirements::met() ? $rules->errors() + self::forbidden( $rules ) : array(),
			'rows'        => $this->rows( $rules ),
			'added'       => null === $this->added ? -1 : count( $rules->rules ),
			'received'    => Requirements::met() ? Received::rules() : array(),
			'try'         => Requirements::met() ? $this->try : null,
			'roles'       => Capability::roles_to_hand_out() + array_intersect_key( Settings::assignable_roles(), array_flip( $rules->roles() ) ),
			'kinds'       => self::kinds(),
			'scenarios'   => array(
				Rule_Set::MAPPED  => __( 'Only manage the roles that rules name: people have exactly those of them that rules give. All other roles are left alone.', 'scimpress' ),
				Rule_Set::REPLACE => __( 'Replace: people have exactly the roles that rules give, or the default role.', 'scimpress' ),
				Rule_Set::ADD     => __( 'Add: people get the roles that rules give, and never lose one.', 'scimpress' ),
			),
		);
		require __DIR__ . '/views/roles-tab.php';
	}

	/**
	 * What rules look at, in words.
	 *
	 * @return array<string,string> By Rule_Set::KINDS.
	 */
	public static function kinds(): array {
		return array(
			'group'           => __( 'is in the group named', 'scimpress' ),
			'groupExternalId' => __( 'is in the group with the external id', 'scimpress' ),
			'appRole'         => __( 'has the app role', 'scimpress' ),
			'filter'          => __( 'matches the SCIM filter', 'scimpress' ),
		);
	}

	/**
	 * Does what the checked form asks for that changes nothing: a row more, or a trial. What was typed stays.
	 *
	 * @param Rule_Set $rules Rules of the form.
	 * @return bool Whether it was that.
	 */
	private function look( Rule_Set $rules ): bool {
		$added = explode( ':', self::posted_text( self::ADD ), 2 );
		if ( isset( $added[1] ) && in_array( $added[0], Rule_Set::KINDS, true ) ) {
			$this->posted  = $rules;
			$this->added   = array(
				'role'  => '',
				'kind'  => $added[0],
				'value' => wp_check_invalid_utf8( $added[1] ),
			);
			$this->outcome = array( 'info', __( 'The form below has been filled in and is not saved yet.', 'scimpress' ) );
			return true;
		}
		if ( ! Try_Section::is_asked() ) {
			return false;
		}
		// While everybody is visited the form is shut, and browsers send nothing of it.
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
		if ( ! isset( $_POST['scimpress_rules'] ) ) {
			$rules = Rule_Set::of_site();
		} else {
			$this->posted = $rules;
		}
		if ( $rules->errors() ) {
			$this->outcome = array( 'error', __( 'Nothing was tried: some rules are not right yet.', 'scimpress' ) );
			return true;
		}
		$this->try->perform( Attribute_Settings::mappings(), $rules );
		return true;
	}

	/**
	 * Works for a moment, so that a small site is done with the form.
	 */
	private static function work(): void {
		try {
			Job::work( self::SECONDS );
		} catch ( \Throwable $thrown ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- the run stays where it is and goes on in the background.
			error_log( sprintf( 'scimpress: %s thrown in %s on line %d while roles were assigned', get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
		}
	}

	/**
	 * Rules that the current user may not make: of a role that he may not hand out those stay that are there, as they are.
	 *
	 * @param Rule_Set $rules The rules.
	 * @return array<int,string> Index of a rule => why, one line.
	 */
	private static function forbidden( Rule_Set $rules ): array {
		$mine = Capability::roles_to_hand_out();
		$kept = Rule_Set::of_site()->rules;
		$new  = array_filter( $rules->rules, static fn( array $rule ): bool => ! isset( $mine[ $rule['role'] ] ) && ! in_array( $rule, $kept, true ) );
		return array_map( static fn(): string => __( 'you may not hand out this role', 'scimpress' ), $new );
	}

	/**
	 * Rows of the form.
	 *
	 * @param Rule_Set $rules The rules.
	 * @return list<array{role: string, kind: string, value: string}>
	 */
	private function rows( Rule_Set $rules ): array {
		$empty = array(
			'role'  => '',
			'kind'  => 'group',
			'value' => '',
		);
		$more  = array_fill( 0, min( self::EMPTY_ROWS, Rule_Set::MOST - count( $rules->rules ) ), $empty );
		if ( $more && null !== $this->added ) {
			$more[0] = $this->added;
		}
		return array_merge( $rules->rules, $more );
	}

	/**
	 * The rules of the checked form, in the order that it gives them. A row without a value is none.
	 */
	private static function rules(): Rule_Set {
		// phpcs:disable WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- Page::load() has checked the nonce; Rule_Set takes what is a rule.
		$posted = is_array( $_POST['scimpress_rules'] ?? null ) ? wp_unslash( $_POST['scimpress_rules'] ) : array();
		// phpcs:enable
		$rows = array();
		foreach ( array_values( $posted ) as $index => $row ) {
			if ( is_array( $row ) && is_string( $row['value'] ?? null ) && '' !== trim( $row['value'] ) && ! isset( $row['remove'] ) ) {
				$order  = is_numeric( $row['order'] ?? null ) ? (int) $row['order'] : PHP_INT_MAX;
				$rows[] = array( $order, $index, $row );
			}
		}
		usort( $rows, static fn( array $a, array $b ): int => array( $a[0], $a[1] ) <=> array( $b[0], $b[1] ) );
		return new Rule_Set(
			array(
				'scenario' => self::posted( 'scimpress_scenario' ),
				'rules'    => array_column( $rows, 2 ),
			)
		);
	}
}
