/* Copy buttons, a question before a token is revoked, and a long import that goes on by itself. Without this script fields can be
   selected and buttons pressed. */
( function () {
	'use strict';

	document.querySelectorAll( '.scimpress-copy' ).forEach( function ( button ) {
		var label = button.firstElementChild;
		var text = label.textContent;
		var field = document.getElementById( button.dataset.copy );

		function done() {
			label.textContent = button.dataset.copied;
			window.wp.a11y.speak( button.dataset.copied );
			window.setTimeout( function () {
				label.textContent = text;
			}, 2000 );
		}

		button.hidden = false;
		button.addEventListener( 'click', function () {
			function select() {
				field.select();
				if ( document.execCommand( 'copy' ) ) {
					done();
				}
			}
			// Browsers offer the clipboard to HTTPS pages only, and people may forbid it. The other way takes the focus away.
			if ( window.navigator.clipboard ) {
				window.navigator.clipboard.writeText( field.value ).then( done, select );
			} else {
				select();
			}
		} );
	} );

	document.querySelectorAll( '[data-scimpress-confirm]' ).forEach( function ( form ) {
		form.addEventListener( 'submit', function ( event ) {
			if ( ! window.confirm( form.dataset.scimpressConfirm ) ) {
				event.preventDefault();
			}
		} );
	} );

	// Who is about to try a user keeps what was typed: WP-Cron goes on, and so does the button.
	var typed = false;
	document.addEventListener( 'input', function () {
		typed = true;
	} );
	document.querySelectorAll( '[data-scimpress-go-on]' ).forEach( function ( form ) {
		// A number of milliseconds is what somebody else needs to get on with it.
		window.setTimeout( function () {
			if ( ! typed ) {
				form.submit();
			}
		}, Number( form.dataset.scimpressGoOn ) );
	} );
}() );
