import type { PermissionMode } from '../../protocol/session.ts';
import type { Choices } from './choices.ts';
import { isUrl } from './isUrl.ts';
import { fieldProblem } from './problems.ts';
import { askPick, askText, type Back, back } from './quickInput.ts';

/** One thing that can be chosen under "More…". */
export interface Field {
  readonly label: string;
  readonly icon: string;
  /** False where it makes no sense; absent where it always does. */
  fits?(choices: Choices): boolean;
  value(choices: Choices): string;
  /** What the person changed; nothing when it was left as it is. */
  edit(choices: Choices): Promise<Partial<Choices> | Back | undefined>;
}

type TextField = 'name' | 'branch' | 'model' | 'image' | 'setup';
type NumberField = 'memory' | 'cpus' | 'pids';
type PickField = 'mode' | 'permissionMode' | 'network';

function textField(field: TextField, icon: string, label: string, words: { empty: string; prompt: string }): Field {
  return {
    label,
    icon,
    value: (choices) => choices[field] || words.empty,
    edit: async (choices) => {
      const problem = (text: string): string | undefined => fieldProblem(field, text);
      const question = { title: `New Session: ${label}`, value: choices[field], prompt: words.prompt, problem };
      const text = await askText({ ...question, placeholder: words.empty, canGoBack: true });
      return text === undefined || text === back ? text : { [field]: text.trim() };
    },
  };
}

function numberField(field: NumberField, icon: string, label: string, unit: string): Field {
  return {
    label,
    icon,
    value: (choices) => `${choices[field]}${unit}`,
    edit: async (choices) => {
      const problem = (text: string): string | undefined => fieldProblem(field, text);
      const question = { title: `New Session: ${label}`, value: String(choices[field]), prompt: `${label}${unit}` };
      const text = await askText({ ...question, problem, canGoBack: true });
      return text === undefined || text === back ? text : { [field]: Number(text.trim().replace(',', '.')) };
    },
  };
}

function pickField(field: PickField, icon: string, label: string, values: Readonly<Record<string, string>>): Field {
  return {
    label,
    icon,
    value: (choices) => choices[field],
    edit: async () => {
      const items = Object.entries(values).map(([name, detail]) => ({ label: name, detail }));
      const question = { title: `New Session: ${label}`, placeholder: label, items, canGoBack: true };
      const chosen = await askPick(question);
      return chosen === undefined || chosen === back ? chosen : { [field]: chosen.label };
    },
  };
}

const permissionWords: Readonly<Record<PermissionMode, string>> = {
  bypassPermissions: 'Claude may do everything inside the container, without asking.',
  acceptEdits: 'Claude edits files without asking, and asks for the rest.',
  dontAsk: 'What would have to be asked is refused.',
  plan: 'Claude plans and changes nothing.',
  manual: 'Claude asks for everything.',
};

const uncommitted: Field = {
  label: 'Uncommitted work',
  icon: 'diff-added',
  fits: ({ repository }) => !isUrl(repository),
  value: ({ takeUncommitted }) => (takeUncommitted ? 'taken along, as a commit of its own' : 'left alone'),
  edit: ({ takeUncommitted }) => Promise.resolve({ takeUncommitted: !takeUncommitted }),
};

/** What stands under "More…", in this order. */
export const moreFields: readonly Field[] = [
  textField('name', 'tag', 'Name', { empty: 'made from the task', prompt: 'A short name for people.' }),
  textField('branch', 'git-branch', 'Branch', { empty: 'made from the name', prompt: "The session's own branch." }),
  pickField('mode', 'terminal', 'Mode', {
    autonomous: 'Claude works on the task by itself.',
    interactive: "Claude Code's own interface, in a terminal.",
  }),
  textField('model', 'hubot', 'Model', { empty: 'chosen by Claude Code', prompt: 'Such as opus or sonnet.' }),
  pickField('permissionMode', 'shield', 'Permissions', permissionWords),
  textField('image', 'package', 'Image', { empty: "Flotilla's own", prompt: 'An image that has sh and git.' }),
  textField('setup', 'tools', 'Setup command', {
    empty: 'none',
    prompt: 'Runs once in the container, after the workspace is filled: npm ci',
  }),
  pickField('network', 'globe', 'Network', {
    bridge: 'The container reaches the network.',
    none: 'No network at all; Claude still works.',
  }),
  numberField('memory', 'server', 'Memory', ' GiB'),
  numberField('cpus', 'circuit-board', 'Processors', ' cores'),
  numberField('pids', 'list-unordered', 'Processes', ' at most'),
  uncommitted,
];
