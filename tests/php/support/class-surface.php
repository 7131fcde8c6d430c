<?php
/**
 * What is exported, as text.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

/**
 * Describes classes and functions the way they would be declared.
 */
final class Surface {

	/**
	 * One declaration a line, in alphabetical order.
	 *
	 * @param list<string> $classes   Names.
	 * @param list<string> $functions Names.
	 */
	public static function describe( array $classes, array $functions ): string {
		sort( $classes );
		sort( $functions );
		$lines = array();
		foreach ( $classes as $name ) {
			$class   = new \ReflectionClass( $name );
			$parent  = $class->getParentClass();
			$lines[] = sprintf( '%sclass %s%s', $class->isFinal() ? 'final ' : '', $class->getName(), $parent ? " extends {$parent->getName()}" : '' );
			$members = array();
			foreach ( $class->getMethods() as $method ) {
				if ( $method->getDeclaringClass()->getName() === $class->getName() ) {
					$members[ $method->getName() ] = "\t" . self::method( $method );
				}
			}
			foreach ( $class->getProperties() as $property ) {
				if ( $property->getDeclaringClass()->getName() === $class->getName() ) {
					$members[ "\${$property->getName()}" ] = "\t\${$property->getName()}";
				}
			}
			foreach ( $class->getReflectionConstants() as $constant ) {
				$members[ "const {$constant->getName()}" ] = "\tconst {$constant->getName()}";
			}
			ksort( $members );
			array_push( $lines, ...array_values( $members ) );
		}
		foreach ( $functions as $name ) {
			$function = new \ReflectionFunction( $name );
			$lines[]  = "function {$function->getName()}" . self::signature( $function );
		}
		return implode( "\n", $lines ) . "\n";
	}

	/**
	 * A method's declaration. The bindings give every class a constructor, also one that only refuses.
	 *
	 * @param \ReflectionMethod $method The method.
	 */
	private static function method( \ReflectionMethod $method ): string {
		if ( $method->isConstructor() && self::is_refused( $method ) ) {
			return 'no constructor';
		}
		$words = \Reflection::getModifierNames( $method->getModifiers() );
		return implode( ' ', $words ) . " function {$method->getName()}" . self::signature( $method );
	}

	/**
	 * Whether nobody outside can call this constructor.
	 *
	 * @param \ReflectionMethod $constructor The constructor.
	 */
	public static function is_refused( \ReflectionMethod $constructor ): bool {
		if ( ! $constructor->isPublic() ) {
			return true;
		}
		if ( $constructor->getNumberOfParameters() > 0 ) {
			return false;
		}
		try {
			$constructor->getDeclaringClass()->newInstance();
			return false;
		} catch ( \Exception ) {
			return true;
		}
	}

	/**
	 * Parameters and return type.
	 *
	 * @param \ReflectionFunctionAbstract $of The function or method.
	 */
	private static function signature( \ReflectionFunctionAbstract $of ): string {
		$parameters = array();
		foreach ( $of->getParameters() as $parameter ) {
			$parameters[] = ( $parameter->getType() ?? 'untyped' )
				. ( $parameter->isPassedByReference() ? ' &' : ' ' )
				. ( $parameter->isVariadic() ? '...' : '' )
				. "\${$parameter->getName()}"
				. ( $parameter->isOptional() ? ' = …' : '' );
		}
		return '(' . implode( ', ', $parameters ) . '): ' . ( $of->getReturnType() ?? 'untyped' );
	}
}
