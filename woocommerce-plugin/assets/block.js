/* The block "Continue with Instagram" in the editor. The shop's page gets it from PHP. */
( function ( blocks, element, blockEditor, components, i18n ) {
	const el = element.createElement;
	const __ = i18n.__;

	blocks.registerBlockType( 'leadtap/button', {
		edit( { attributes, setAttributes } ) {
			return el(
				'div',
				blockEditor.useBlockProps(),
				el(
					blockEditor.InspectorControls,
					{},
					el(
						components.PanelBody,
						{ title: __( 'Button', 'leadtap' ) },
						el( components.TextControl, {
							label: __( 'Text', 'leadtap' ),
							placeholder: __( 'Continue with Instagram', 'leadtap' ),
							value: attributes.text,
							onChange: ( text ) => setAttributes( { text } ),
						} ),
						el( components.TextControl, {
							label: __( 'Where to go afterwards', 'leadtap' ),
							help: __( 'A path of this shop, such as /shop/. Empty: the page with the button.', 'leadtap' ),
							value: attributes.redirect,
							onChange: ( redirect ) => setAttributes( { redirect } ),
						} )
					)
				),
				el(
					'div',
					{ className: 'leadtap' },
					el( 'span', { className: 'leadtap-button' }, attributes.text || __( 'Continue with Instagram', 'leadtap' ) )
				)
			);
		},
		save: () => null,
	} );
} )( window.wp.blocks, window.wp.element, window.wp.blockEditor, window.wp.components, window.wp.i18n );
