import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-textarea/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { HostLink } from './hostLink.ts';
import { SessionView } from './sessionView.ts';
import { stampStyles } from './styleNonce.ts';

/** Starts the panel on the page that the extension made: its root names the session, this script carries the nonce. */
function start(): void {
  const root = document.getElementById('panel');
  if (root === null) return;
  stampStyles(nonce);
  const link = new HostLink(root.dataset['session'] ?? '');
  window.addEventListener('error', ({ error, message }) => {
    link.report(error ?? message);
  });
  window.addEventListener('unhandledrejection', ({ reason }) => {
    link.report(reason);
  });
  const view = new SessionView(link);
  root.append(view.root);
  window.addEventListener('load', () => {
    root.classList.remove('loading');
  });
  link.listen(view.receivers);
  view.begin();
  // VS Code puts the theme, the use of a screen reader and reduced motion on these two elements.
  const themed = new MutationObserver(() => {
    view.restyle();
  });
  for (const element of [document.documentElement, document.body])
    themed.observe(element, { attributes: true, attributeFilter: ['class', 'style'] });
}

/** Gone from the document after this moment. */
const nonce = document.currentScript?.nonce ?? '';
start();
