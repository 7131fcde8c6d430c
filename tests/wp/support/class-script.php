<?php
/**
 * PHP processes beside the test.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * A PHP process of the site, which ends with the test whatever happens.
 */
final class Script {

	/** @var resource */
	private $process;

	/** @var array<int,resource> */
	private array $pipes = array();

	/**
	 * Starts PHP.
	 *
	 * @param list<string> $arguments Script and its arguments, or options of PHP.
	 * @param string|null  $output    File for standard output and error; by default standard output is read here.
	 */
	public function __construct( array $arguments, ?string $output = null ) {
		// setpriv: the kernel ends the process when PHPUnit is gone, however that came about.
		$command       = array( 'setpriv', '--pdeathsig', 'KILL', ...self::php(), ...$arguments );
		$this->process = proc_open(
			$command,
			array(
				0 => array( 'pipe', 'r' ),
				1 => null === $output ? array( 'pipe', 'w' ) : array( 'file', $output, 'a' ),
				2 => null === $output ? STDERR : array( 'file', $output, 'a' ),
			),
			$this->pipes
		);
	}

	/**
	 * Writes a line to standard input.
	 *
	 * @param string $line The line.
	 */
	public function say( string $line ): void {
		fwrite( $this->pipes[0], "$line\n" );
	}

	/**
	 * Reads a line of standard output.
	 */
	public function hear(): string {
		return rtrim( (string) fgets( $this->pipes[1] ), "\n" );
	}

	/**
	 * Whether the process is alive.
	 */
	public function is_running(): bool {
		return proc_get_status( $this->process )['running'];
	}

	/**
	 * Ends the process.
	 */
	public function stop(): void {
		proc_terminate( $this->process, SIGKILL );
		array_map( 'fclose', $this->pipes );
		proc_close( $this->process );
	}

	/**
	 * Command that runs PHP with the site's ini files.
	 *
	 * @return list<string>
	 */
	private static function php(): array {
		return array( getenv( 'SCIMPRESS_PHP' ) ?: PHP_BINARY );
	}
}
