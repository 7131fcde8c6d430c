<?php
/**
 * What the doctor says.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

use Scimpress\Rest\Routes;

defined( 'ABSPATH' ) || exit;

/**
 * The checks with their outcome, for the page, Site Health and the command.
 */
final class Report {

	/** States of a check beside the severities of a finding. */
	public const GOOD       = 'good';
	public const NOT_JUDGED = 'not judged';

	/**
	 * Check => state, for those that were judged.
	 *
	 * @var array<string,string>
	 */
	private array $states = array();

	/**
	 * What was found.
	 *
	 * @var list<Finding>
	 */
	private array $findings = array();

	/**
	 * Signatures of web servers that were seen.
	 *
	 * @var list<string>
	 */
	private array $signatures = array();

	/**
	 * Begins a report.
	 *
	 * @param string $tenant_url The address that was examined.
	 */
	public function __construct( public readonly string $tenant_url ) {}

	/**
	 * Notes that a check is good, unless something was found.
	 *
	 * @param string ...$checks Checks of the catalogue.
	 */
	public function judge( string ...$checks ): void {
		foreach ( $checks as $check ) {
			$this->states[ $check ] ??= self::GOOD;
		}
	}

	/**
	 * Notes a finding; the first of each kind counts, and the worst decides about its check.
	 *
	 * @param Finding $finding The finding.
	 */
	public function add( Finding $finding ): void {
		if ( in_array( $finding->id, array_column( $this->findings, 'id' ), true ) ) {
			return;
		}
		$this->findings[] = new Finding( $finding->id, $finding->facts + $this->facts() );
		$worst            = self::worst( array( $this->states[ $finding->check() ] ?? self::GOOD, $finding->severity() ) );

		$this->states[ $finding->check() ] = $worst;
	}

	/**
	 * Notes the signature of a web server.
	 *
	 * @param string ...$signatures Such as `nginx/1.22.1`; empty ones are passed over.
	 */
	public function sign( string ...$signatures ): void {
		$this->signatures = array_values( array_unique( array( ...$this->signatures, ...array_filter( $signatures, 'strlen' ) ) ) );
	}

	/**
	 * What was found, the worst first.
	 *
	 * @return list<Finding>
	 */
	public function findings(): array {
		$order    = array_flip( array( Finding::PROBLEM, Finding::UNKNOWN, Finding::WARNING ) );
		$findings = $this->findings;
		usort( $findings, static fn( Finding $a, Finding $b ): int => $order[ $a->severity() ] <=> $order[ $b->severity() ] );
		return $findings;
	}

	/**
	 * The checks.
	 *
	 * @return array<string,string> Check => state.
	 */
	public function states(): array {
		return array_merge( array_fill_keys( array_keys( Catalogue::checks() ), self::NOT_JUDGED ), $this->states );
	}

	/**
	 * The worst of all states.
	 */
	public function state(): string {
		return self::worst( array_values( $this->states ) );
	}

	/**
	 * Web servers of this site for which there are texts to paste.
	 *
	 * @return list<string> Of Web_Server.
	 */
	public function servers(): array {
		return Web_Server::of( $this->signatures );
	}

	/**
	 * The outcome in a sentence.
	 */
	public function sentence(): string {
		return match ( $this->state() ) {
			Finding::PROBLEM => __( 'The identity provider cannot work with this site as it is.', 'scimpress' ),
			Finding::UNKNOWN => __( 'The doctor cannot judge the connection from inside.', 'scimpress' ),
			Finding::WARNING => __( 'Requests get through; something needs your attention.', 'scimpress' ),
			default          => __( 'The connection works: requests arrive as they are sent, and answers come back unchanged.', 'scimpress' ),
		};
	}

	/**
	 * A state for people.
	 *
	 * @param string $state One of states().
	 */
	public static function state_name( string $state ): string {
		return array(
			self::GOOD       => __( 'good', 'scimpress' ),
			self::NOT_JUDGED => __( 'not judged', 'scimpress' ),
			Finding::PROBLEM => __( 'problem', 'scimpress' ),
			Finding::WARNING => __( 'attention', 'scimpress' ),
			Finding::UNKNOWN => __( 'cannot tell', 'scimpress' ),
		)[ $state ];
	}

	/**
	 * The report as data. It holds no secrets.
	 *
	 * @return array{tenant_url: string, state: string, summary: string, servers: list<string>, checks: array<string,string>, findings: list<array{id: string, check: string, severity: string, title: string, explanation: string, fixes: list<array{server: string, where: string, paste: string}>}>}
	 */
	public function to_array(): array {
		return array(
			'tenant_url' => $this->tenant_url,
			'state'      => $this->state(),
			'summary'    => $this->sentence(),
			'servers'    => $this->servers(),
			'checks'     => $this->states(),
			'findings'   => array_map(
				fn( Finding $finding ): array => array(
					'id'          => $finding->id,
					'check'       => $finding->check(),
					'severity'    => $finding->severity(),
					'title'       => $finding->title(),
					'explanation' => $finding->explanation(),
					'fixes'       => $finding->fixes( $this->servers() ),
				),
				$this->findings()
			),
		);
	}

	/**
	 * Facts for every text.
	 *
	 * @return array<string,string>
	 */
	private function facts(): array {
		return array(
			'tenant_url' => $this->tenant_url,
			'host'       => (string) wp_parse_url( $this->tenant_url, PHP_URL_HOST ),
			'path'       => (string) wp_parse_url( $this->tenant_url, PHP_URL_PATH ),
			'namespace'  => Routes::NAMESPACE,
			'directory'  => untrailingslashit( ABSPATH ),
		);
	}

	/**
	 * The worst of some states.
	 *
	 * @param list<string> $states States.
	 */
	private static function worst( array $states ): string {
		foreach ( array( Finding::PROBLEM, Finding::UNKNOWN, Finding::WARNING ) as $state ) {
			if ( in_array( $state, $states, true ) ) {
				return $state;
			}
		}
		return self::GOOD;
	}
}
