<?php
/**
 * Settings → Scimpress → Tokens.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Token_List;
use Scimpress\Token_Refusal;
use Scimpress\Token_Use;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Makes, shows, replaces and revokes tokens.
 */
final class Tokens_Tab extends Tab {

	public const SLUG   = 'tokens';
	public const CREATE = 'scimpress_create_token';
	public const TYPE   = 'scimpress_type_token';
	public const ROTATE = 'scimpress_rotate_token';
	public const REVOKE = 'scimpress_revoke_token';

	/**
	 * The token that this request has made. It is in this answer and nowhere else.
	 *
	 * @var string|null
	 */
	private ?string $token = null;

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
		return __( 'Tokens', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::CREATE, self::TYPE, self::ROTATE, self::REVOKE );
	}

	/**
	 * Does what a checked form asks for.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		if ( Tokens::is_constant() ) {
			$this->outcome = array( 'error', __( 'The token is set in wp-config.php and cannot be changed here.', 'scimpress' ) );
			return;
		}
		try {
			New_Token::headers();
			if ( self::CREATE === $action ) {
				$this->token = Tokens::create( self::about() );
			} elseif ( self::ROTATE === $action ) {
				$this->token = Tokens::rotate( self::posted( 'id' ), absint( self::posted( 'overlap' ) ) );
			} elseif ( self::REVOKE === $action ) {
				Tokens::revoke( self::posted( 'id' ) );
				$this->outcome = array( 'success', __( 'The token was revoked and is refused from now on.', 'scimpress' ) );
			} else {
				// A secret is taken as it is, or refused.
				Tokens::adopt( trim( self::posted_text( 'token' ) ), self::about() );
				$this->outcome = array( 'success', __( 'The token was saved. Enter the same one as Secret Token at your identity provider.', 'scimpress' ) );
			}
		} catch ( Token_Refusal $refusal ) {
			$this->outcome = array( 'error', $refusal->getMessage() );
		}
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$page = array(
			'token'    => $this->token,
			'tokens'   => Tokens::stored(),
			'now'      => time(),
			'clients'  => Token_List::CLIENTS,
			'overlaps' => array(
				0   => __( 'at once', 'scimpress' ),
				24  => __( 'after a day', 'scimpress' ),
				72  => __( 'after three days', 'scimpress' ),
				168 => __( 'after a week', 'scimpress' ),
				720 => __( 'after 30 days', 'scimpress' ),
			),
		);
		require __DIR__ . '/views/tokens-tab.php';
	}

	/**
	 * Action `admin_notices`: tokens that end soon, or have ended, while nothing replaces them.
	 */
	public static function admin_notice(): void {
		if ( ! current_user_can( Page::CAPABILITY ) ) {
			return;
		}
		foreach ( Tokens::ending( time() ) as $token ) {
			$sentence = Tokens::is_expired( $token, time() )
				/* translators: 1: name of a token, 2: date and time. */
				? __( 'The token “%1$s” expired on %2$s and is refused.', 'scimpress' )
				/* translators: 1: name of a token, 2: date and time. */
				: __( 'The token “%1$s” expires on %2$s. Replace it before, or nobody is provisioned any more.', 'scimpress' );
			printf(
				'<div class="notice notice-warning"><p><strong>Scimpress:</strong> %s <a href="%s">%s</a></p></div>',
				esc_html( sprintf( $sentence, $token['name'], self::time( $token['expires'] ) ) ),
				esc_url( Page::url( self::SLUG ) ),
				esc_html__( 'Tokens', 'scimpress' )
			);
		}
	}

	/**
	 * Who used a token.
	 *
	 * @param array  $caller  Of Token_Use.
	 * @param string $nameless What to call a client that named no program.
	 */
	public static function caller( array $caller, string $nameless ): string {
		$name = '' === $caller['agent'] ? $nameless : $caller['agent'];
		/* translators: 1: name of a program or an identity provider, 2: network such as 203.0.113.0/24. */
		return '' === $caller['address'] ? $name : sprintf( __( '%1$s from %2$s', 'scimpress' ), $name, $caller['address'] );
	}

	/**
	 * When a token ends, and why.
	 *
	 * @param array $token A token.
	 * @param int   $now   Seconds since the epoch.
	 */
	public static function end( array $token, int $now ): string {
		if ( null === $token['expires'] ) {
			return __( 'Never', 'scimpress' );
		}
		$time = self::time( $token['expires'] );
		if ( Tokens::is_expired( $token, $now ) ) {
			/* translators: %s: date and time. */
			return sprintf( __( 'Expired on %s', 'scimpress' ), $time );
		}
		/* translators: %s: date and time. */
		return null === $token['successor'] ? $time : sprintf( __( 'Replaced, ends on %s', 'scimpress' ), $time );
	}

	/**
	 * Last use of a token.
	 *
	 * @param array $token A token.
	 */
	public static function last_use( array $token ): string {
		$use = Token_Use::last( $token['id'] );
		if ( null === $use ) {
			return __( 'Never', 'scimpress' );
		}
		/* translators: 1: date and time, 2: who it was. */
		return sprintf( __( '%1$s, %2$s', 'scimpress' ), self::time( $use['time'] ), self::caller( $use, Token_List::client_name( $token['client'] ) ) );
	}

	/**
	 * What the form says about a token.
	 *
	 * @return array{name: string, client: string, rights: string, expires: int|null}
	 * @throws Token_Refusal When the last day is none.
	 */
	private static function about(): array {
		$expires = null;
		$day     = self::posted( 'expires' );
		if ( '' !== $day ) {
			$end = 1 === preg_match( '/\A\d{4}-\d{2}-\d{2}\z/', $day ) ? date_create_immutable( "$day 23:59:59", wp_timezone() ) : false;
			if ( false === $end || $end->format( 'Y-m-d' ) !== $day ) {
				throw new Token_Refusal( __( 'No token was made: the last day is no date such as 2030-12-31.', 'scimpress' ) );
			}
			$expires = $end->getTimestamp() + 1;
		}
		return array(
			'name'    => self::posted_text( 'name' ),
			'client'  => self::posted( 'client' ),
			'rights'  => self::posted( 'rights' ),
			'expires' => $expires,
		);
	}
}
