<?php
/**
 * JSON text of any size.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.WP.AlternativeFunctions -- streams.

/**
 * Finds the objects in a file without holding more than one of them: an object a line (a broken line spoils no other), or those of
 * an array, be it all of the text or the member `Resources` of an object (RFC 7644 §3.4.2).
 */
final class Json_Stream {

	/** Bytes read at a time. */
	private const CHUNK = 65536;

	/** What has been read and is still needed. */
	private string $buffer = '';

	/** Where the reading stands in the buffer. */
	private int $at = 0;

	/** Where the object begins that is kept, null while none is. */
	private ?int $start = null;

	/** Number of the line. */
	private int $line = 1;

	/**
	 * Reads a file.
	 *
	 * @param resource $file    The file.
	 * @param int      $longest Most bytes of an object.
	 */
	public function __construct( private $file, private readonly int $longest ) {}

	/**
	 * The objects.
	 *
	 * @return \Generator<int,string|null> Number of the line where it begins => its text, not checked; null where there should be one.
	 */
	public function objects(): \Generator {
		do {
			$first = fgets( $this->file, $this->longest + 2 );
		} while ( is_string( $first ) && '' === trim( $first ) && ++$this->line );
		if ( ! is_string( $first ) ) {
			return;
		}
		$text = trim( $first, "\xEF\xBB\xBF \t\r\n" );
		// A list begins with `[`, its object ends elsewhere than the first line, or holds `Resources`.
		if ( str_starts_with( $text, '{' ) && str_ends_with( $text, '}' ) && ! preg_match( '/"resources"\s*:\s*\[/i', $text ) ) {
			yield from $this->lines( $first );
			return;
		}
		$this->buffer = $first;
		yield from $this->elements();
	}

	/**
	 * Objects, one a line.
	 *
	 * @param string|false $line The first line.
	 */
	private function lines( $line ): \Generator {
		while ( is_string( $line ) ) {
			$number = $this->line++;
			$whole  = str_ends_with( $line, "\n" ) || feof( $this->file );
			$text   = trim( $line, "\xEF\xBB\xBF \t\r\n" );
			while ( is_string( $line ) && ! str_ends_with( $line, "\n" ) && ! feof( $this->file ) ) {
				$line = fgets( $this->file, self::CHUNK );
			}
			if ( ! $whole || '' !== $text ) {
				yield $number => $whole && str_starts_with( $text, '{' ) ? $text : null;
			}
			$line = fgets( $this->file, $this->longest + 2 );
		}
	}

	/**
	 * Objects of a list, or one object alone.
	 */
	private function elements(): \Generator {
		$depth = 0;
		$list  = null;
		$name  = '';
		$begin = $this->line;
		while ( null !== ( $sign = $this->sign() ) ) { // phpcs:ignore Generic.CodeAnalysis.AssignmentInCondition -- until the end.
			$is_element = $depth === ( $list ?? 0 );
			switch ( $sign ) {
				case '"':
					$name = $this->text();
					if ( $is_element ) {
						yield $this->line => null;
					}
					break;
				case '{':
					if ( $is_element ) {
						$this->start = $this->at - 1;
						$begin       = $this->line;
					}
					++$depth;
					break;
				case '[':
					++$depth;
					if ( null === $list && ( 1 === $depth || ( 2 === $depth && 'resources' === strtolower( $name ) ) ) ) {
						$list        = $depth;
						$this->start = null;
					} elseif ( $is_element ) {
						yield $this->line => null;
					}
					break;
				default:
					--$depth;
					if ( $depth < ( $list ?? 0 ) ) {
						// The end of the list. What follows it is none of the users.
						return;
					}
					if ( '}' === $sign && $depth === ( $list ?? 0 ) ) {
						yield $begin => null === $this->start ? null : substr( $this->buffer, $this->start, $this->at - $this->start );
						$this->start = null;
					}
			}
		}
		if ( $depth > 0 ) {
			yield $begin => null;
		}
	}

	/**
	 * The next brace, bracket or quote.
	 *
	 * @return string|null Null at the end.
	 */
	private function sign(): ?string {
		do {
			$skip        = strcspn( $this->buffer, '{}[]"', $this->at );
			$this->line += substr_count( $this->buffer, "\n", $this->at, $skip );
			$this->at   += $skip;
			if ( $this->at < strlen( $this->buffer ) ) {
				return $this->buffer[ $this->at++ ];
			}
		} while ( $this->fill() );
		return null;
	}

	/**
	 * Goes to the end of a string.
	 *
	 * @return string Its beginning: enough to tell names apart.
	 */
	private function text(): string {
		$text = '';
		do {
			$skip      = strcspn( $this->buffer, '"\\', $this->at );
			$text     .= strlen( $text ) < 16 ? substr( $this->buffer, $this->at, min( $skip, 16 ) ) : '';
			$this->at += $skip;
			$sign      = $this->buffer[ $this->at ] ?? '';
			if ( '"' === $sign ) {
				++$this->at;
				return $text;
			}
			if ( '\\' === $sign ) {
				$text .= $sign;
				if ( $this->at + 1 < strlen( $this->buffer ) || $this->fill() ) {
					$this->at += 2;
				}
			}
		} while ( $this->at < strlen( $this->buffer ) || $this->fill() );
		return $text;
	}

	/**
	 * Reads on, and drops what is not needed any more.
	 *
	 * @return bool Whether there was anything.
	 */
	private function fill(): bool {
		if ( null !== $this->start && $this->at - $this->start > $this->longest ) {
			$this->start = null;
		}
		$keep          = min( $this->start ?? $this->at, strlen( $this->buffer ) );
		$this->buffer  = substr( $this->buffer, $keep );
		$this->at     -= $keep;
		$this->start   = null === $this->start ? null : 0;
		$more          = feof( $this->file ) ? '' : (string) fread( $this->file, self::CHUNK );
		$this->buffer .= $more;
		return '' !== $more;
	}
}
