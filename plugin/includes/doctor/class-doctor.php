<?php
/**
 * The connection doctor.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

use Scimpress\Engine;
use Scimpress\Rest\Routes;
use Scimpress\Settings;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Calls the site as an identity provider would, from the outside in, and stops at the first cause that explains the rest.
 * Requests go to the site's own address and to no other host.
 */
final class Doctor {

	/** Seconds that a run may take, and one request of it. */
	private const SECONDS         = 28.0;
	private const REQUEST_SECONDS = 6.0;

	/** A name by which requests are tried that are refused without one. */
	private const AGENT = 'Scimpress';

	/**
	 * When the run must be over, by the clock.
	 *
	 * @var float
	 */
	private float $deadline;

	/**
	 * What the doctor's requests show.
	 *
	 * @var Visitor_Pass
	 */
	private Visitor_Pass $pass;

	/**
	 * What is found.
	 *
	 * @var Report
	 */
	private Report $report;

	/**
	 * A doctor for one run.
	 *
	 * @param \Closure(): float $clock Seconds that never go back.
	 */
	private function __construct( private readonly \Closure $clock ) {}

	/**
	 * Examines the connection of this site.
	 *
	 * @param (\Closure(): float)|null $clock Seconds that never go back; those of this machine when null.
	 * @throws \Random\RandomException When the system has no randomness to give (\Exception before PHP 8.2).
	 */
	public static function examine( ?\Closure $clock = null ): Report {
		$doctor         = new self( $clock ?? static fn(): float => hrtime( true ) / 1e9 );
		$doctor->report = new Report( rest_url( Routes::NAMESPACE . '/' ) );
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- only compared with names.
		$doctor->report->sign( (string) ( $_SERVER['SERVER_SOFTWARE'] ?? '' ) );
		if ( ! $doctor->settings() ) {
			return $doctor->report;
		}
		$nobody           = wp_generate_uuid4();
		$look_up          = Request::look_up( $nobody );
		$writes           = Request::writes( $nobody );
		$doctor->deadline = ( $doctor->clock )() + self::SECONDS;
		$doctor->pass     = Visitor_Pass::issue( array( $look_up, ...$writes ), time() );
		try {
			if ( $doctor->reach( $look_up ) ) {
				$doctor->write( $writes );
				$doctor->repeat( $look_up );
			}
		} finally {
			$doctor->pass->revoke();
		}
		return $doctor->report;
	}

	/**
	 * What needs no request.
	 *
	 * @return bool Whether it makes sense to go on.
	 */
	private function settings(): bool {
		$https = 'https' === wp_parse_url( $this->report->tenant_url, PHP_URL_SCHEME );
		$wrong = array_keys(
			array_filter(
				array(
					'switched_off' => ! Settings::enabled(),
					'no_token'     => ! Tokens::digests(),
					'no_https'     => ! $https,
				)
			)
		);
		foreach ( $wrong as $id ) {
			$this->report->add( new Finding( $id ) );
		}
		foreach ( Tokens::ending( time() ) as $token ) {
			$facts = array(
				'name' => $token['name'],
				'time' => (string) wp_date( 'Y-m-d H:i T', $token['expires'] ),
			);
			$this->report->add( new Finding( Tokens::is_expired( $token, time() ) ? 'token_ended' : 'token_ends', $facts ) );
		}
		$this->report->judge( 'settings' );
		if ( '' === (string) get_option( 'permalink_structure' ) ) {
			$this->report->add( new Finding( 'plain_permalinks' ) );
			return false;
		}
		$this->report->judge( 'permalinks' );
		return true;
	}

	/**
	 * The look-up: does it come to Scimpress, and back?
	 *
	 * @param Request $look_up The request.
	 * @return bool Whether the writes can be judged.
	 */
	private function reach( Request $look_up ): bool {
		$probe   = $this->send( $look_up );
		$finding = Diagnosis::address( $probe );
		if ( $this->stopped( 'address', $finding ) || $this->stopped( 'redirect', Diagnosis::redirect( $probe, $this->report->tenant_url . $look_up->target() ) ) ) {
			return false;
		}
		$lost       = null === $probe->witness;
		$with_agent = $lost ? $this->send( $look_up, array( 'User-Agent' => self::AGENT ) ) : null;
		$plain      = $lost ? $this->send( $look_up, array(), true ) : null;
		$finding    = Diagnosis::wordpress( $probe, $with_agent, $plain, is_file( ABSPATH . '.maintenance' ) );
		if ( null !== $finding && 'wordpress' !== $finding->check() ) {
			$this->report->judge( 'wordpress' );
		}
		if ( $this->stopped( 'wordpress', $finding ) || $this->stopped( 'cache', Diagnosis::cache( $probe ), false ) ) {
			return false;
		}
		$extension = Diagnosis::extension( $probe, Engine::extension_version() );
		if ( $this->stopped( 'extension', $extension ) || $this->stopped( 'authorization', Diagnosis::authorization( $probe ) ) || $this->stopped( 'routes', Diagnosis::routes( $probe ) ) ) {
			return false;
		}
		$this->stopped( 'routes', Diagnosis::rivals( $probe ) );
		return ! $this->stopped( 'request', Diagnosis::request( $probe ), false ) && ! $this->stopped( 'answer', Diagnosis::answer( $probe ) );
	}

	/**
	 * The requests that could write.
	 *
	 * @param list<Request> $requests The requests.
	 */
	private function write( array $requests ): void {
		$probes  = array_map( fn( Request $request ): Probe => $this->send( $request ), $requests );
		$as_json = fn( Probe $probe ): ?Probe => Diagnosis::is_blocked( $probe ) && '' !== $probe->request->body ? $this->send( $probe->request, array( 'Content-Type' => 'application/json' ) ) : null;
		$blocked = Diagnosis::blocked( $probes, array_map( $as_json, $probes ) );
		foreach ( $probes as $probe ) {
			$finding = self::judge_write( $probe, $this->report->tenant_url );
			if ( null !== $finding ) {
				$this->report->add( $finding );
			}
		}
		array_map( array( $this->report, 'add' ), $blocked );
		$answered = array_filter( $probes, static fn( Probe $probe ): bool => 0 !== $probe->status );
		if ( count( $answered ) === count( $probes ) ) {
			$this->report->judge( 'methods' );
		}
		if ( array_filter( $probes, static fn( Probe $probe ): bool => null !== $probe->witness && '' !== $probe->request->body ) ) {
			$this->report->judge( 'request' );
		}
	}

	/**
	 * What is wrong with one of the writes, but for its method.
	 *
	 * @param Probe  $probe      The write.
	 * @param string $tenant_url Where it was sent to.
	 */
	private static function judge_write( Probe $probe, string $tenant_url ): ?Finding {
		$finding = Diagnosis::address( $probe ) ?? Diagnosis::redirect( $probe, $tenant_url . $probe->request->target() );
		if ( null !== $finding || null === $probe->witness ) {
			return $finding ?? ( $probe->is_without_authorization() ? new Finding( 'authorization' ) : null );
		}
		return Diagnosis::cache( $probe ) ?? Diagnosis::request( $probe ) ?? Diagnosis::authorization( $probe ) ?? Diagnosis::routes( $probe ) ?? Diagnosis::answer( $probe );
	}

	/**
	 * The look-up again: who stores answers gives the first one.
	 *
	 * @param Request $look_up The request.
	 */
	private function repeat( Request $look_up ): void {
		$probe = $this->send( $look_up );
		if ( $this->stopped( 'address', Diagnosis::address( $probe ) ) ) {
			return;
		}
		$this->stopped( 'cache', Diagnosis::cache( $probe ) );
		$this->stopped( 'clock', Diagnosis::clock( $probe ) );
	}

	/**
	 * Notes the outcome of a check.
	 *
	 * @param string       $check   The check that it is about when nothing was found.
	 * @param Finding|null $finding What was found.
	 * @param bool         $last    Whether the check is good when nothing was found; false when more of it follows.
	 * @return bool Whether it explains everything that comes after.
	 */
	private function stopped( string $check, ?Finding $finding, bool $last = true ): bool {
		if ( null !== $finding ) {
			$this->report->add( $finding );
		}
		if ( $last && null === $finding ) {
			$this->report->judge( $check );
		}
		return null !== $finding && Finding::WARNING !== $finding->severity();
	}

	/**
	 * Sends a request.
	 *
	 * @param Request              $request The request.
	 * @param array<string,string> $headers More headers.
	 * @param bool                 $plain   Whether it is sent in the form of plain permalinks.
	 */
	private function send( Request $request, array $headers = array(), bool $plain = false ): Probe {
		$left = $this->deadline - ( $this->clock )();
		if ( $left < 0.5 ) {
			return new Probe( $request, '', error: 'no time left' );
		}
		$url   = $plain
			? home_url( '/?rest_route=/' . Routes::NAMESPACE . '/' . str_replace( '?', '&', $request->target() ) )
			: $this->report->tenant_url . $request->target();
		$probe = Probe::send( $request, $url, $this->pass->token, min( self::REQUEST_SECONDS, $left ), $headers );
		$this->report->sign( $probe->headers['server'] ?? '', (string) ( $probe->witness['server'] ?? '' ) );
		return $probe;
	}
}
