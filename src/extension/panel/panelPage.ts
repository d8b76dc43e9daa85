export interface PageParts {
  readonly sessionId: string;
  readonly nonce: string;
  /** Where the page's files come from, as a source of a content security policy. */
  readonly source: string;
  /** The address of a file of ours. */
  readonly file: (name: string) => string;
}

/**
 * The page of a panel. Its policy lets in our own script, style sheets and font, and nothing else: no inline script, nothing remote, no
 * requests. `sessionId` has been checked to be one.
 */
export function panelPage({ sessionId, nonce, source, file }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'nonce-${nonce}'`,
    // xterm.js gives a cell its colour in an attribute; what stands in one can neither run nor fetch anything.
    "style-src-attr 'unsafe-inline'",
    `font-src ${source}`,
    // The toolkit's own pictures, which stand in its style sheets.
    'img-src data:',
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" nonce="${nonce}" href="${file('panel.css')}">
    <title>Flotilla session</title>
  </head>
  <body>
    <div id="panel" class="loading" data-session="${sessionId}"></div>
    <script nonce="${nonce}" src="${file('panel.js')}"></script>
  </body>
</html>`;
}
