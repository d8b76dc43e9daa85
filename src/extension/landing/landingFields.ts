import path from 'node:path';
import type * as vscode from 'vscode';
import type { LandingPlan, PushMode } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { oneLine } from '../model/oneLine.ts';
import { branchesOf } from '../newSession/gitExtension.ts';
import { refProblem } from '../newSession/problems.ts';
import { askPick, askText, type Back, back } from '../newSession/quickInput.ts';
import type { LandingChoices } from './landingChoices.ts';

type Change = Partial<LandingChoices> | Back | undefined;

/** One thing that can be chosen for a landing. */
export interface LandingField {
  readonly label: string;
  readonly icon: string;
  value(choices: LandingChoices, plan: LandingPlan | undefined): string;
  edit(choices: LandingChoices, plan: LandingPlan | undefined): Promise<Change>;
}

const pushWords: Readonly<Record<PushMode, string>> = {
  branch: "The session's branch",
  target: 'The target, as a fast-forward',
  squash: 'The target, as one commit',
};

interface RefItem extends vscode.QuickPickItem {
  readonly ref?: string;
}

/** Which branch to land on; the empty text is the one that the session started from. */
export async function askTarget(session: Session, canGoBack: boolean): Promise<string | Back | undefined> {
  const { base, repository } = session;
  const own: RefItem = {
    label: `$(git-branch) ${oneLine(base.ref, 200)}`,
    description: 'where the session started',
    ref: '',
  };
  const known = async (): Promise<RefItem[]> =>
    (await branchesOf(repository.source)).all
      .filter((ref) => ref !== base.ref)
      .map((ref) => ({ label: `$(git-branch) ${ref}`, ref: ref.replace(/^origin\//, '') }));
  const typed = (text: string): RefItem => {
    const problem = refProblem(text);
    return problem === undefined
      ? { label: `$(git-branch) Use ${text}`, alwaysShow: true, ref: text }
      : { label: `$(error) ${problem}`, alwaysShow: true };
  };
  const chosen = await askPick<RefItem>({
    ...{ title: 'Land: Target', placeholder: 'Choose a branch, or type its name', items: [own], typed, canGoBack },
    more: path.isAbsolute(repository.source) ? known() : undefined,
  });
  if (chosen === undefined || chosen === back) return chosen;
  return chosen.ref ?? (await askTarget(session, canGoBack));
}

/** What to push; `undefined` when nobody chose. */
export async function askPush(current: PushMode, canGoBack: boolean): Promise<PushMode | Back | undefined> {
  const modes = (['branch', 'target', 'squash'] as const).map((mode) => ({
    label: pushWords[mode],
    mode,
    ...(mode === current ? { description: 'as before' } : {}),
  }));
  const items = [...modes].sort((a, b) => Number(b.mode === current) - Number(a.mode === current));
  const chosen = await askPick({ title: 'Land: Push', placeholder: 'What is to be pushed?', items, canGoBack });
  return chosen === undefined || chosen === back ? chosen : chosen.mode;
}

interface VerifyItem extends vscode.QuickPickItem {
  readonly change?: Partial<LandingChoices>;
}

async function askVerify({ verify }: LandingChoices, plan: LandingPlan | undefined): Promise<Change> {
  const question = { title: 'Land: Verification', placeholder: 'What must succeed before anything is pushed?' };
  const chosen = await askPick<VerifyItem>({ ...question, items: verifyItems(plan), canGoBack: true });
  if (chosen === undefined || chosen === back) return chosen;
  return chosen.change ?? (await typedVerify(verify));
}

function verifyItems(plan: LandingPlan | undefined): VerifyItem[] {
  const items: VerifyItem[] = [];
  if (plan?.verify.from === 'file')
    items.push({
      label: `$(beaker) ${oneLine(plan.verify.command ?? '', 200)}`,
      description: 'from .flotilla.yaml',
      change: { verify: '', unverified: false },
    });
  for (const suggested of plan?.verify.suggestions ?? [])
    items.push({
      label: `$(lightbulb) ${oneLine(suggested, 200)}`,
      description: 'suggested',
      change: { verify: suggested, unverified: false },
    });
  items.push({ label: '$(edit) Another command…' });
  items.push({
    label: '$(circle-slash) No verification',
    description: 'what is pushed was not verified',
    change: { unverified: true },
  });
  return items;
}

async function typedVerify(value: string): Promise<Change> {
  const text = await askText({
    title: 'Land: Verification',
    value,
    prompt: "A shell command that runs in the session's container: npm test",
    problem: (typed) => (typed.length > 10_000 ? 'That is too long.' : undefined),
    canGoBack: true,
  });
  return typeof text === 'string' ? { verify: text.trim(), unverified: false } : text;
}

const verifyValue = ({ verify, unverified }: LandingChoices, plan: LandingPlan | undefined): string => {
  if (unverified) return 'none: pushed unverified';
  if (verify !== '') return oneLine(verify, 120);
  if (plan === undefined) return 'what the project says';
  const { command } = plan.verify;
  return command === undefined
    ? 'no command is known: the landing will ask'
    : `${oneLine(command, 120)} (.flotilla.yaml)`;
};

const resolvers = { claude: 'Claude resolves them', person: 'by hand' } as const;

/** What can be changed before a session is landed. */
export const landingFields = (session: Session): readonly LandingField[] => [
  {
    label: 'Target',
    icon: 'git-branch',
    value: ({ target }, plan) => oneLine(target || (plan?.target.branch ?? session.base.ref), 120),
    edit: async () => {
      const target = await askTarget(session, true);
      return typeof target === 'string' ? { target } : target;
    },
  },
  {
    label: 'Push',
    icon: 'cloud-upload',
    value: ({ push }) => pushWords[push],
    edit: async ({ push }) => {
      const chosen = await askPush(push, true);
      return typeof chosen === 'string' ? { push: chosen } : chosen;
    },
  },
  { label: 'Verification', icon: 'beaker', value: verifyValue, edit: askVerify },
  {
    label: 'Conflicts',
    icon: 'sparkle',
    value: ({ resolve }) => resolvers[resolve],
    edit: ({ resolve }) => Promise.resolve({ resolve: resolve === 'claude' ? 'person' : 'claude' }),
  },
];
