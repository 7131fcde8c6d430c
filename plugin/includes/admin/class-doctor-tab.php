<?php
/**
 * Settings → Scimpress → Doctor.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Doctor\Catalogue;
use Scimpress\Doctor\Doctor;
use Scimpress\Doctor\Finding;
use Scimpress\Doctor\Report;
use Scimpress\Rest\Routes;

defined( 'ABSPATH' ) || exit;

/**
 * One button; the page that follows says what is wrong and what to paste where.
 */
final class Doctor_Tab extends Tab {

	public const EXAMINE = 'scimpress_doctor';

	/**
	 * The report of this request.
	 *
	 * @var Report|null
	 */
	private ?Report $report = null;

	/**
	 * {@inheritDoc}
	 */
	public function slug(): string {
		return 'doctor';
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Doctor', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::EXAMINE );
	}

	/**
	 * Examines the connection. No redirect: the report is about this moment, and examining again changes nothing.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		nocache_headers();
		$this->report  = Doctor::examine();
		$this->outcome = array(
			array(
				Report::GOOD     => 'success',
				Finding::PROBLEM => 'error',
			)[ $this->report->state() ] ?? 'warning',
			$this->report->sentence(),
		);
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$page = array(
			'report' => $this->report,
			'curl'   => str_replace( '{tenant_url}', rest_url( Routes::NAMESPACE . '/' ), Catalogue::curl() ),
		);
		require __DIR__ . '/views/doctor-tab.php';
	}
}
