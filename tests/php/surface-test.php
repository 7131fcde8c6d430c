<?php
/**
 * What the extension exports.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\{Attributes, Exchange, Filter, FilterError, Token};

/**
 * Names, signatures, types; nothing else.
 */
final class Surface_Test extends TestCase {

	private const SURFACE = <<<'TEXT'
		final class Scimpress\Attributes
			no constructor
			public static function of(array $record, array $config): array
			public static function pathProblem(string $path, string $schemas): ?string
			public static function problems(string $schemas): array
			public static function received(array $documents, string $schemas): array
		final class Scimpress\Exchange
			public function __construct(array $request, array $config): untyped
			public function body(): string
			public function changes(): array
			public function headers(): array
			public static function import(array $user, array $config): Scimpress\Exchange
			public function next(): ?array
			public function notices(): array
			public static function refusal(int $status, string $detail): Scimpress\Exchange
			public function resume(array $answer): void
			public static function settle(array $positions, array $config): Scimpress\Exchange
			public function status(): int
		final class Scimpress\Filter
			no constructor
			public function __toString(): string
			public function canonical(): string
			public function matches(string $resource): bool
			public static function parse(string $filter, string $resource = …, ?string $schemas = …): Scimpress\Filter
		class Scimpress\FilterError extends Exception
		final class Scimpress\Token
			no constructor
			public function digest(): string
			public static function fromSecret(string $secret): ?Scimpress\Token
			public function matches(array $digests): ?int
			public static function parse(string $authorization): ?Scimpress\Token
		function Scimpress\assemble(array $values, ?string $schemas = …): array
		function Scimpress\fold(string $text): string
		function Scimpress\redacted(array $request): string
		function Scimpress\role_rule(array $rule, ?string $schemas = …): array
		function Scimpress\version(): string

		TEXT;

	public function test_shipped_build_exports_this_and_nothing_else(): void {
		$extension = new \ReflectionExtension( 'scimpress' );
		self::assertSame( self::SURFACE, Surface::describe( $extension->getClassNames(), array_keys( $extension->getFunctions() ) ) );
		self::assertSame( array(), $extension->getConstants() );
		self::assertSame( array( 'scimpress.max_body_bytes' ), array_keys( $extension->getINIEntries() ) );
		self::assertSame( array(), $extension->getDependencies() );
	}

	public function test_probe_build_adds_only_the_probe(): void {
		$code = 'echo implode( " ", array_keys( ( new ReflectionExtension( "scimpress" ) )->getFunctions() ) );';
		self::assertSame( 'Scimpress\assemble Scimpress\fold Scimpress\role_rule Scimpress\redacted Scimpress\version Scimpress\Probe\panic Scimpress\Probe\defective Scimpress\Probe\stubs', Php::code( $code, array(), Php::probe() )->output );
		self::assertFalse( function_exists( 'Scimpress\Probe\panic' ) );
	}

	public function test_extension_version_is_the_packages(): void {
		preg_match( '~^version = "(.+)"$~m', file_get_contents( dirname( __DIR__, 2 ) . '/Cargo.toml' ), $cargo );
		self::assertSame( $cargo[1], \Scimpress\version() );
		self::assertSame( $cargo[1], phpversion( 'scimpress' ) );
	}

	public function test_stubs_are_what_the_extension_exports(): void {
		$check = Php::run( array( __DIR__ . '/scripts/stubs.php', '--check' ), array(), Php::probe() );
		self::assertSame( array( 0, '' ), array( $check->code, $check->errors ) );
	}

	public function test_stubs_declare_the_same_surface(): void {
		$code   = sprintf(
			'require %s; require %s; $new = fn( array $all ) => array_values( preg_grep( "~^Scimpress.(?!Tests)~i", $all ) );'
			. 'echo Scimpress\Tests\Extension\Surface::describe( $new( get_declared_classes() ), $new( get_defined_functions()["user"] ) );',
			var_export( dirname( __DIR__, 2 ) . '/' . Stubs::FILE, true ),
			var_export( __DIR__ . '/support/class-surface.php', true )
		);
		$result = Php::code( $code, array(), '' );
		self::assertSame( array( self::SURFACE, '' ), array( $result->output, $result->errors ) );
	}

	/**
	 * @dataProvider unconstructible
	 */
	public function test_class_without_constructor_refuses_new( string $class ): void {
		$this->expectException( \Exception::class );
		$this->expectExceptionMessage( 'cannot instantiate' );
		new $class();
	}

	public static function unconstructible(): array {
		return array( array( Token::class ), array( Filter::class ), array( Attributes::class ) );
	}

	/**
	 * @dataProvider objects
	 */
	public function test_object_is_never_copied_stored_or_extended( object $thing ): void {
		$attempts = array(
			'clone'       => fn() => clone $thing,
			'serialize'   => fn() => serialize( $thing ), // phpcs:ignore Generic.PHP.ForbiddenFunctions -- it is to be refused.
			'unserialize' => fn() => unserialize( sprintf( 'O:%d:"%s":0:{}', strlen( $thing::class ), $thing::class ) ), // phpcs:ignore Generic.PHP.ForbiddenFunctions -- it is to be refused.
			'reflection'  => fn() => ( new \ReflectionClass( $thing ) )->newInstanceWithoutConstructor(),
			'property'    => function () use ( $thing ) {
				$thing->added = 1;
			},
		);
		foreach ( $attempts as $name => $attempt ) {
			try {
				$attempt();
				self::fail( "$name was not refused" );
			} catch ( \Error | \Exception $refused ) {
				self::assertNotInstanceOf( \PHPUnit\Framework\AssertionFailedError::class, $refused, $name );
			}
		}
		self::assertSame( array(), get_object_vars( $thing ) );
	}

	public static function objects(): array {
		return array(
			'token'    => array( Token::fromSecret( str_repeat( 'a', 20 ) ) ),
			'filter'   => array( Filter::parse( 'title pr' ) ),
			'exchange' => array( Exchange::refusal( 401, 'no' ) ),
		);
	}

	public function test_filter_error_is_a_whole_exception(): void {
		$line = __LINE__ + 2;
		try {
			Filter::parse( 'userName eq' );
			self::fail( 'not thrown' );
		} catch ( FilterError $error ) {
			self::assertSame( array( __FILE__, $line, 0, null ), array( $error->getFile(), $error->getLine(), $error->getCode(), $error->getPrevious() ) );
			self::assertSame( 'parse', $error->getTrace()[0]['function'] );
		}
		$own = new FilterError( 'why', 3, $error );
		self::assertSame( array( 'why', 3, $error ), array( $own->getMessage(), $own->getCode(), $own->getPrevious() ) );
	}
}
