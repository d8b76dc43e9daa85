import { element, type ElementOptions, icon } from './dom.ts';

/**
 * A button of the toolkit with a picture before its words. The picture is ours: the toolkit's own would read the icons' style sheet
 * once more for each button.
 */
export function button(
  label: string,
  { picture, ...options }: ElementOptions & { readonly picture: string },
): HTMLElementTagNameMap['vscode-button'] {
  const image = icon(picture);
  image.slot = 'content-before';
  return element('vscode-button', options, image, label);
}
