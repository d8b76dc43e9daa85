import { existsSync } from 'node:fs';
import { folders } from '../client/folders.ts';
import type { Disposable } from './model/emitter.ts';
import { showError } from './messages.ts';
import type { Parts } from './parts.ts';

/**
 * Connects in the background where Flotilla was used before; otherwise the first look at the view or the first command does. When no
 * engine can be had, that is said once, however often it is tried again.
 */
export function registerEngineWatch({ model, log }: Pick<Parts, 'model' | 'log'>): Disposable {
  let isTold = false;
  const listening = model.onChange(() => {
    const { engine } = model;
    if (engine.kind === 'connected') isTold = false;
    if (engine.kind !== 'failed' || isTold) return;
    isTold = true;
    void showError(log, engine.error);
  });
  if (existsSync(folders(process.env).data)) setImmediate(() => model.start());
  return listening;
}
