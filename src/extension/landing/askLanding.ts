import * as vscode from 'vscode';
import type { LandingPlan } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { oneLine } from '../model/oneLine.ts';
import { askPick, back } from '../newSession/quickInput.ts';
import type { LandingChoices } from './landingChoices.ts';
import { type LandingField, landingFields } from './landingFields.ts';
import { planSummary } from './planText.ts';

interface Item extends vscode.QuickPickItem {
  readonly field?: LandingField;
  readonly starts?: true;
}

/** What the engine predicts for a target; rejects with why it can't. */
type Predict = (target: string) => Promise<LandingPlan>;

/** What is known of the plan for the target that is chosen now. */
interface Prediction {
  readonly plan?: LandingPlan | undefined;
  readonly problem?: string | undefined;
}

/** Asks how a session is to land: at once "Land", or something to change before, with what would happen. `undefined` when dismissed. */
export async function askLanding(
  session: Session,
  first: LandingChoices,
  predict: Predict,
): Promise<LandingChoices | undefined> {
  const fields = landingFields(session);
  const predictions = new Predictions(predict);
  for (let choices = first; ;) {
    const prediction = predictions.of(choices.target);
    const chosen = await askPick<Item>({
      title: `Land ${oneLine(session.name, 80)}`,
      placeholder: 'Land, or change something',
      items: itemsOf(session, choices, fields, undefined),
      later: prediction.then((known) => itemsOf(session, choices, fields, known)),
    });
    if (chosen === undefined || chosen === back) return undefined;
    if (chosen.starts === true) return choices;
    const change = await chosen.field?.edit(choices, predictions.known(choices.target));
    if (change !== undefined && change !== back) choices = { ...choices, ...change };
  }
}

/** One plan for each target, made once. */
class Predictions {
  readonly #predict: Predict;
  readonly #asked = new Map<string, Promise<Prediction>>();
  readonly #known = new Map<string, LandingPlan>();

  constructor(predict: Predict) {
    this.#predict = predict;
  }

  of(target: string): Promise<Prediction> {
    const asked = this.#asked.get(target) ?? this.#ask(target);
    this.#asked.set(target, asked);
    return asked;
  }

  known(target: string): LandingPlan | undefined {
    return this.#known.get(target);
  }

  async #ask(target: string): Promise<Prediction> {
    try {
      const plan = await this.#predict(target);
      this.#known.set(target, plan);
      return { plan };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : 'It could not be predicted.' };
    }
  }
}

function itemsOf(
  { base }: Session,
  choices: LandingChoices,
  fields: readonly LandingField[],
  known: Prediction | undefined,
): Item[] {
  const plan = known?.plan;
  const target = oneLine(choices.target || (plan?.target.branch ?? base.ref), 120);
  const description =
    plan === undefined ? (known === undefined ? 'Looking at what would happen…' : '') : planSummary(plan);
  const rows = fields.map((field): Item => ({
    label: `$(${field.icon}) ${field.label}`,
    description: field.value(choices, plan),
    field,
  }));
  return [
    { label: `$(git-merge) Land onto ${target}`, description, starts: true },
    line('Change'),
    ...rows,
    ...(known === undefined ? [] : [line('What would happen'), ...predicted(known)]),
  ];
}

const line = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
const mostRows = 12;

/** Rows to read: a choice of one of them changes nothing. */
function predicted({ plan, problem }: Prediction): Item[] {
  if (plan === undefined) return [{ label: `$(warning) ${oneLine(problem ?? '', 300)}`, alwaysShow: true }];
  const conflicts = plan.commits.flatMap((commit) =>
    commit.conflicts.map(({ path, kind }): Item => ({
      label: `$(warning) ${oneLine(path, 200)}`,
      description: `${kind}, in ${oneLine(commit.subject, 80)}`,
    })),
  );
  const notices = plan.notices.map((notice): Item => ({ label: `$(info) ${oneLine(notice, 300)}` }));
  const rows = [...conflicts.slice(0, mostRows), ...notices.slice(0, mostRows)];
  return rows.length === 0 ? [{ label: `$(pass) ${planSummary(plan)}` }] : rows;
}
