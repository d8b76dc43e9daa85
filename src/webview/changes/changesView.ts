import { changeLetters } from '../../protocol/changeLetters.ts';
import type { PanelChanges } from '../../protocol/panel.ts';
import type { ChangedFile } from '../../protocol/operations.ts';
import { button } from '../button.ts';
import { element, fill, icon } from '../dom.ts';

export interface ChangesHandlers {
  readonly open: (path: string) => void;
  readonly openAll: () => void;
  readonly read: () => void;
}

/** Rows that are shown; "Open All" has the others. */
const mostFiles = 1000;

/** The files that a session changed against its base. A click opens the difference. */
export class ChangesView {
  readonly root = element('div', {
    class: 'changes',
    attributes: { tabindex: '0', role: 'region', 'aria-label': 'Changes' },
  });
  readonly #handlers: ChangesHandlers;

  constructor(handlers: ChangesHandlers) {
    this.#handlers = handlers;
  }

  show(changes: PanelChanges): void {
    this.root.setAttribute('aria-busy', String(changes.kind === 'reading'));
    if (changes.kind === 'reading') {
      if (this.root.childElementCount === 0) fill(this.root, element('p', { class: 'empty' }, 'Reading the changes…'));
      return;
    }
    if (changes.kind === 'failed') fill(this.root, this.#bar(changes.message, false));
    else fill(this.root, this.#bar(summary(changes.files), changes.files.length > 0), this.#list(changes.files));
  }

  #bar(text: string, hasFiles: boolean): HTMLElement {
    const { openAll, read } = this.#handlers;
    const again = button('Refresh', { picture: 'refresh', attributes: { secondary: '' }, onClick: read });
    const all = button('Open All', { picture: 'diff-multiple', onClick: openAll });
    return element('div', { class: 'changes-bar' }, element('span', {}, text), hasFiles ? all : undefined, again);
  }

  #list(files: readonly ChangedFile[]): HTMLElement {
    return element('ul', { class: 'files' }, ...files.slice(0, mostFiles).map((file) => this.#row(file)));
  }

  #row(file: ChangedFile): HTMLElement {
    const cut = file.path.lastIndexOf('/') + 1;
    const from = file.from === undefined ? '' : ` (from ${file.from})`;
    const title = `${file.status}: ${file.path}${from}`;
    const onClick = (): void => {
      this.#handlers.open(file.path);
    };
    const row = element(
      'button',
      { class: 'file', title, onClick, attributes: { 'data-path': file.path } },
      element(
        'span',
        { class: `letter status-${file.status}`, attributes: { 'aria-label': file.status } },
        changeLetters[file.status],
      ),
      element('span', { class: 'file-name' }, file.path.slice(cut)),
      element('span', { class: 'file-folder' }, file.path.slice(0, cut)),
      ...counts(file),
    );
    return element('li', {}, row);
  }
}

function counts({ added, removed }: ChangedFile): HTMLElement[] {
  if (added === undefined || removed === undefined)
    return [element('span', { class: 'binary' }, icon('file-binary'), 'binary')];
  return [
    element('span', { class: 'added', attributes: { 'aria-label': `${added} added` } }, `+${added}`),
    element('span', { class: 'removed', attributes: { 'aria-label': `${removed} removed` } }, `−${removed}`),
  ];
}

function summary(files: readonly ChangedFile[]): string {
  if (files.length === 0) return 'No changes yet.';
  const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
  const removed = files.reduce((sum, file) => sum + (file.removed ?? 0), 0);
  const more = files.length > mostFiles ? `; the first ${mostFiles} are shown` : '';
  return `${files.length} ${files.length === 1 ? 'file' : 'files'} changed, +${added} −${removed}${more}`;
}
