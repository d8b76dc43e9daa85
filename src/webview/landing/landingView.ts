import type { Landing } from '../../protocol/landing.ts';
import type { PanelLanding, PanelLandingAction, PanelPlan } from '../../protocol/panelLanding.ts';
import type { Session } from '../../protocol/session.ts';
import { button } from '../button.ts';
import { type Child, element, icon } from '../dom.ts';
import { conflictCard } from './conflictCard.ts';
import { landingButtons } from './landingButtons.ts';
import { stepLooks } from './stepLooks.ts';
import { commitList, planPart } from './planPart.ts';
import { Section } from './section.ts';
import { verifyHead, VerifyOutput } from './verifyPart.ts';

export interface LandingHandlers {
  readonly act: (action: PanelLandingAction, path?: string) => void;
  readonly planAgain: () => void;
}

type Known = Extract<PanelLanding, { kind: 'known' }>;
type Place = Pick<Session, 'branch' | 'base'>;

/** How a session's work comes home: the steps, what they meet, and what can be done now. */
export class LandingView {
  readonly root = element('div', {
    class: 'landing',
    attributes: { tabindex: '0', role: 'region', 'aria-label': 'Landing' },
  });
  readonly #handlers: LandingHandlers;
  readonly #way = new Section('landing-way');
  /** Read aloud when it changes, after what is being read. */
  readonly #status = new Section('landing-status', { role: 'status', 'aria-live': 'polite' });
  readonly #actions = new Section('landing-actions', { role: 'toolbar', 'aria-label': 'Landing actions' });
  readonly #steps = new Section('landing-steps');
  readonly #conflicts = new Section('landing-part');
  readonly #plan = new Section('landing-part');
  readonly #verify = new Section('landing-part');
  readonly #output = new VerifyOutput();
  readonly #pushes = new Section('landing-part');
  readonly #resolved = new Section('landing-part');
  #place: Place | undefined;
  #known: Known | undefined;

  constructor(handlers: LandingHandlers) {
    this.#handlers = handlers;
    this.#output.root.hidden = true;
    const above = [this.#way, this.#status, this.#actions, this.#steps, this.#conflicts, this.#plan, this.#verify];
    const below = [this.#pushes, this.#resolved];
    this.root.append(...above.map(({ root }) => root), this.#output.root, ...below.map(({ root }) => root));
  }

  describe(session: Session | undefined): void {
    this.#place = session;
    this.#showWay();
  }

  show(landing: PanelLanding): void {
    if (landing.kind === 'failed') {
      this.#status.show({ message: landing.message }, ({ message }) => problem(message));
      return;
    }
    this.#known = landing;
    this.#showWay();
    this.#showNow(landing);
    this.#showWhat(landing);
  }

  output(text: string): void {
    this.#output.add(text);
  }

  #showWay(): void {
    const target = this.#known?.landing?.target.branch ?? planned(this.#known?.plan) ?? this.#place?.base.ref;
    const way = this.#place === undefined ? undefined : { target: target ?? '', branch: this.#place.branch };
    this.#way.show(way, ({ target: to, branch }) => [
      element('h2', {}, element('span', { class: 'way-target' }, to), icon('arrow-left'), element('span', {}, branch)),
    ]);
  }

  /** Where it stands, and what can be done. */
  #showNow({ landing, actions }: Known): void {
    const reason = landing === undefined ? undefined : { ...landing.reason, state: landing.state };
    this.#status.show(reason, statusPart);
    this.#actions.show(actions.length === 0 ? undefined : actions, (offered) => this.#buttons(offered));
    const isShown = landing !== undefined && (landing.state === 'landed' || !isOver(landing));
    const steps = isShown ? stepLooks(landing) : undefined;
    this.#steps.show(steps, (looks) => [
      element(
        'ol',
        { class: 'steps', attributes: { 'aria-label': 'Steps' } },
        ...looks.map(({ name, icon: picture, spins, tone, note }) =>
          element(
            'li',
            { class: `step tone-${tone}`, attributes: { 'data-step': name.toLowerCase() } },
            icon(picture, spins),
            element('span', { class: 'step-name' }, name),
            element('span', { class: 'step-note' }, note),
          ),
        ),
      ),
    ]);
  }

  /** What it met, ran and pushed. */
  #showWhat({ landing, plan, verifyOutput, actions }: Known): void {
    this.#showConflicts(landing, landing?.state === 'paused' && !actions.includes('land'));
    this.#showPlan(landing, plan);
    this.#verify.show(landing?.verify, (verify) => [
      heading('Verification'),
      element('p', { class: 'verify-head' }, ...verifyHead(verify)),
    ]);
    this.#output.set(landing?.verify === undefined ? '' : (verifyOutput ?? ''));
    this.#pushes.show(unlessEmpty(landing?.pushes), (pushes) => [
      heading('Pushed'),
      element('ul', { class: 'pushes' }, ...pushes.map(pushRow)),
    ]);
    this.#resolved.show(unlessEmpty(landing?.resolved), (resolved) => [resolvedPart(resolved)]);
  }

  #showConflicts(landing: Landing | undefined, canSettle: boolean): void {
    const act = canSettle ? this.#handlers.act : undefined;
    this.#conflicts.show(
      landing?.stop && { ...landing.stop, canSettle },
      ({ commit, subject, files, alsoChanged = [] }) => [
        heading('Conflicts', `in ${commit.slice(0, 8)} ${subject}`),
        element('ul', { class: 'conflicts' }, ...files.map((file) => conflictCard(file, act))),
        ...alsoChanged.map(({ path, why }) =>
          element(
            'p',
            { class: 'plan-note' },
            icon('info'),
            element('span', {}, `Claude also changed ${path}: ${why}`),
          ),
        ),
      ],
    );
  }

  #showPlan(landing: Landing | undefined, plan: PanelPlan | undefined): void {
    const isUnderWay = landing !== undefined && !isOver(landing);
    const of = isUnderWay ? travelling(landing, plan) : plan && { plan };
    this.#plan.show(of, (shown) => {
      if ('plan' in shown) return [heading('Plan'), ...planPart(shown.plan, this.#handlers.planAgain)];
      return [heading('Commits'), commitList(shown.commits, (at) => at < shown.done)];
    });
  }

  #buttons(offered: readonly PanelLandingAction[]): Child[] {
    const known = landingButtons.filter(([action]) => offered.includes(action));
    return known.map(([action, { label, icon: picture, title }], index) => {
      const isMain = index === 0 && action !== 'abort' && action !== 'undo';
      const attributes = { secondary: isMain ? undefined : '', 'data-landing': action, 'data-key': action };
      return button(label, { picture, title, attributes, onClick: () => this.#handlers.act(action) });
    });
  }
}

const planned = (plan: PanelPlan | undefined): string | undefined =>
  plan?.kind === 'known' ? plan.plan.target.branch : undefined;

const isOver = ({ state }: Landing): boolean => state === 'landed' || state === 'aborted' || state === 'undone';

/** The commits of a landing under way, where the plan was of the same work. */
function travelling(landing: Landing, plan: PanelPlan | undefined) {
  if (plan?.kind !== 'known' || plan.plan.head !== landing.head || plan.plan.target.commit !== landing.target.commit)
    return undefined;
  const { commits } = plan.plan;
  const stopped = commits.findIndex(({ id }) => id === landing.stop?.commit);
  const moved = stopped === -1 ? (landing.progress?.done ?? 0) : stopped;
  return { commits, done: landing.result === undefined ? moved : commits.length };
}

const unlessEmpty = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list?.length === 0 ? undefined : list;

const heading = (title: string, more = ''): HTMLElement =>
  element('h3', {}, title, more === '' ? undefined : element('span', { class: 'heading-more' }, ` ${more}`));

const problem = (message: string): Child[] => [
  element('span', { class: 'tone-bad' }, icon('error')),
  element('span', {}, message),
];

const stateIcons: Readonly<Record<Landing['state'], { icon: string; tone: string }>> = {
  running: { icon: 'loading', tone: 'active' },
  paused: { icon: 'bell-dot', tone: 'attention' },
  ready: { icon: 'pass', tone: 'good' },
  landed: { icon: 'pass', tone: 'good' },
  aborted: { icon: 'circle-slash', tone: 'quiet' },
  undone: { icon: 'discard', tone: 'quiet' },
};

function statusPart({ state, message, detail }: Landing['reason'] & { readonly state: Landing['state'] }): Child[] {
  const { icon: name, tone } = stateIcons[state];
  return [
    element('span', { class: `tone-${tone}` }, icon(name, state === 'running')),
    element('span', { class: 'landing-reason' }, message),
    detail === undefined || detail === ''
      ? undefined
      : element('details', {}, element('summary', {}, 'Details'), element('pre', {}, detail)),
  ];
}

function pushRow({ branch, remote, commit, mode, undone }: Landing['pushes'][number]): HTMLElement {
  const how = mode === 'squash' ? ', as one commit' : '';
  const taken = undone === true ? ', taken back' : '';
  return element(
    'li',
    { class: 'push' },
    icon('cloud-upload'),
    element('span', {}, `${commit.slice(0, 8)} to ${branch} of ${remote}${how}${taken}`),
  );
}

function resolvedPart(resolved: readonly Landing['resolved'][number][]): HTMLElement {
  const count = resolved.reduce((sum, { files }) => sum + files.length, 0);
  return element(
    'details',
    { class: 'resolved' },
    element('summary', {}, `Resolved before: ${count} ${count === 1 ? 'conflict' : 'conflicts'}`),
    element(
      'ul',
      { class: 'conflicts' },
      ...resolved.flatMap(({ files }) => files.map((file) => conflictCard(file, undefined))),
    ),
  );
}
