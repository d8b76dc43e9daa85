import * as vscode from 'vscode';

export const back = Symbol('back');
export type Back = typeof back;

interface Frame {
  readonly title: string;
  /** Shows the arrow back; what is asked then answers `back`. */
  readonly canGoBack?: boolean | undefined;
}

export interface TextQuestion extends Frame {
  readonly value: string;
  readonly prompt: string;
  readonly placeholder?: string | undefined;
  readonly step?: readonly [number, number] | undefined;
  readonly problem: (text: string) => string | undefined;
}

/** Asks for a text, checked with every key. `undefined` when it was dismissed. */
export function askText(question: TextQuestion): Promise<string | Back | undefined> {
  const input = vscode.window.createInputBox();
  const { title, value, prompt, placeholder, problem, step } = question;
  Object.assign(input, { title, value, prompt, placeholder, ignoreFocusOut: true, buttons: buttonsOf(question) });
  if (step !== undefined) Object.assign(input, { step: step[0], totalSteps: step[1] });
  return answerOf<string>(input, (resolve) => {
    input.onDidChangeValue((text) => {
      input.validationMessage = problem(text);
    });
    input.onDidAccept(() => {
      input.validationMessage = problem(input.value);
      if (problem(input.value) === undefined) resolve(input.value);
    });
    input.onDidTriggerButton(() => {
      resolve(back);
    });
  });
}

export interface PickQuestion<T extends vscode.QuickPickItem> extends Frame {
  readonly placeholder: string;
  readonly items: readonly T[];
  /** Items that take longer to find. */
  readonly more?: Promise<readonly T[]> | undefined;
  /** What takes the place of the items once it is known. */
  readonly later?: Promise<readonly T[]> | undefined;
  /** What stands first for a typed text, so that what is not in the list can be named. */
  readonly typed?: ((text: string) => T | undefined) | undefined;
  readonly step?: readonly [number, number] | undefined;
}

/** Asks for one of several things. `undefined` when it was dismissed. */
export function askPick<T extends vscode.QuickPickItem>(question: PickQuestion<T>): Promise<T | Back | undefined> {
  const pick = vscode.window.createQuickPick<T>();
  const { title, placeholder, step, typed } = question;
  Object.assign(pick, { title, placeholder, matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true });
  if (step !== undefined) Object.assign(pick, { step: step[0], totalSteps: step[1] });
  pick.buttons = buttonsOf(question);
  let items = question.items;
  const show = (): void => {
    const own = pick.value.trim() === '' ? undefined : typed?.(pick.value.trim());
    const active = pick.activeItems[0]?.label;
    pick.items = own === undefined ? items : [own, ...items];
    const again = pick.items.find(({ label }) => label === active);
    if (own === undefined && again !== undefined) pick.activeItems = [again];
  };
  show();
  return answerOf<T>(pick, (resolve) => {
    if (typed !== undefined) pick.onDidChangeValue(show);
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen !== undefined) resolve(chosen);
    });
    pick.onDidTriggerButton(() => {
      resolve(back);
    });
    pick.busy = true;
    const replaced = question.later?.then((found) => {
      items = found;
      show();
    });
    const added = question.more?.then((found) => {
      items = [...items, ...found];
      show();
    });
    void Promise.allSettled([replaced, added]).then(() => {
      pick.busy = false;
    });
  });
}

const buttonsOf = ({ canGoBack }: Frame): vscode.QuickInputButton[] =>
  canGoBack === true ? [vscode.QuickInputButtons.Back] : [];

function answerOf<T>(
  input: vscode.QuickInput,
  listen: (resolve: (answer: T | Back) => void) => void,
): Promise<T | Back | undefined> {
  const { promise, resolve } = Promise.withResolvers<T | Back | undefined>();
  listen(resolve);
  input.onDidHide(() => {
    resolve(undefined);
  });
  input.show();
  return promise.finally(() => {
    input.dispose();
  });
}
