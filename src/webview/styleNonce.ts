const html = 'http://www.w3.org/1999/xhtml';

/**
 * Gives the page's nonce to style elements that are made from here on. xterm.js writes its sizes and colours into such elements, and the
 * page's content security policy refuses those without the nonce (https://github.com/xtermjs/xterm.js/issues/4445).
 */
export function stampStyles(nonce: string): void {
  const stamped = (tag: string): HTMLElement => {
    const made = document.createElementNS(html, tag.toLowerCase());
    if (made instanceof HTMLStyleElement) made.nonce = nonce;
    return made;
  };
  Object.defineProperty(document, 'createElement', { value: stamped, configurable: true, writable: true });
}
