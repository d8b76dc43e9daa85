import path from 'node:path';
import * as vscode from 'vscode';
import type { EngineSource } from '../model/engineLink.ts';
import { askBase } from './askBase.ts';
import { askRepository } from './askRepository.ts';
import type { Choices } from './choices.ts';
import { type Field, moreFields } from './fields.ts';
import { gitFolders } from './gitFolders.ts';
import type { ChoiceMemory } from './memory.ts';
import { promptProblem } from './problems.ts';
import { askPick, askText, type Back, back } from './quickInput.ts';

interface Item extends vscode.QuickPickItem {
  readonly field?: Field;
  readonly does?: 'start' | 'more';
}

/** Asks what a new session is to be: in a window with one repository the task, then "Start". `undefined` when it was dismissed. */
export async function askChoices(engine: EngineSource, memory: ChoiceMemory): Promise<Choices | undefined> {
  const folders = await gitFolders();
  const repository = folders.length === 1 ? folders[0] : await askRepository(engine, folders, false);
  if (repository === undefined || repository === back) return undefined;
  return askTaskAndStart(memory.first(repository), new Questions(engine, memory, folders));
}

async function askTaskAndStart(first: Choices, questions: Questions): Promise<Choices | undefined> {
  for (let choices = first; ;) {
    const task = await askTask(choices);
    if (task === undefined || task === back) return undefined;
    const answer = await askStart({ ...choices, prompt: task }, questions);
    if (answer?.isDone !== false) return answer?.choices;
    choices = answer.choices;
  }
}

const nameOf = (repository: string): string =>
  path.posix.basename(repository.replaceAll('\\', '/')).replace(/\.git$/, '');

const askTask = ({ repository, prompt }: Choices): Promise<string | Back | undefined> =>
  askText({
    title: `New Session in ${nameOf(repository)}`,
    value: prompt,
    prompt: 'What should Claude do? Leave it empty to talk to Claude in its own interface.',
    placeholder: 'Make the login test pass',
    step: [1, 2],
    problem: promptProblem,
  });

interface Answer {
  readonly choices: Choices;
  /** False: back to the task. */
  readonly isDone: boolean;
}

/** The second question: "Start", or something to change before. */
async function askStart(first: Choices, questions: Questions): Promise<Answer | undefined> {
  let choices = first;
  for (let isMore = false; ;) {
    const question = {
      title: `New Session in ${nameOf(choices.repository)}`,
      placeholder: 'Start, or change something',
    };
    const chosen = await askPick<Item>({
      ...question,
      items: itemsOf(choices, questions, isMore),
      step: [2, 2],
      canGoBack: true,
    });
    if (chosen === undefined) return undefined;
    if (chosen === back) return { choices, isDone: false };
    if (chosen.does === 'start') return { choices, isDone: true };
    if (chosen.does === 'more') isMore = true;
    const change = await chosen.field?.edit(choices);
    if (change !== undefined && change !== back) choices = { ...choices, ...change };
  }
}

function itemsOf(choices: Choices, questions: Questions, isMore: boolean): Item[] {
  const isInteractive = choices.mode === 'interactive' || choices.prompt.trim() === '';
  const how = isInteractive ? "Claude Code's own interface" : 'Claude works by itself';
  const start: Item = { label: '$(play) Start', description: how, does: 'start' };
  const more: Item = {
    label: '$(ellipsis) More…',
    description: 'name, model, mode, image, limits, network',
    does: 'more',
  };
  const fields = [...questions.fields, ...(isMore ? moreFields : [])];
  const rows = fields
    .filter((field) => field.fits?.(choices) ?? true)
    .map((field): Item => ({
      label: `$(${field.icon}) ${field.label}`,
      description: field.value(choices),
      field,
    }));
  const line: Item = { label: 'Change', kind: vscode.QuickPickItemKind.Separator };
  return [start, line, ...rows, ...(isMore ? [] : [more])];
}

/** The questions that need more than the choices themselves. */
class Questions {
  readonly fields: readonly Field[];

  constructor(engine: EngineSource, memory: ChoiceMemory, folders: readonly string[]) {
    this.fields = [
      {
        label: 'Repository',
        icon: 'repo',
        value: ({ repository }) => repository,
        edit: async ({ prompt }) => {
          const repository = await askRepository(engine, folders, true);
          return typeof repository === 'string' ? { ...memory.first(repository), prompt } : repository;
        },
      },
      {
        label: 'Start from',
        icon: 'git-branch',
        value: ({ base, repository }) =>
          base || (path.isAbsolute(repository) ? 'the current branch' : 'the default branch'),
        edit: async ({ repository }) => {
          const base = await askBase(repository);
          return typeof base === 'string' ? { base } : base;
        },
      },
    ];
  }
}
