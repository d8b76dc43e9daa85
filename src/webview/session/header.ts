import type { Progress } from '../../protocol/events.ts';
import type { Resources } from '../../protocol/operations.ts';
import type { ContextUse, Session } from '../../protocol/session.ts';
import { type Child, element, fill, icon } from '../dom.ts';
import { bytesText, costText, tokensText } from '../format.ts';
import { needsReading, stateLook } from './stateLook.ts';

export interface HeaderContent {
  readonly session?: Session | undefined;
  readonly progress?: Progress | undefined;
  readonly resources?: Resources | undefined;
  readonly trouble?: string | undefined;
}

/** The panel's head: what the session is, how it stands, and what it costs. */
export class Header {
  readonly root = element('header', { class: 'header' });

  show({ session, progress, resources, trouble }: HeaderContent): void {
    if (session === undefined) {
      fill(this.root, unknown(trouble));
      return;
    }
    fill(
      this.root,
      element(
        'div',
        { class: 'header-first' },
        element('h1', { title: session.prompt }, session.name),
        badge(session, progress),
      ),
      facts(session, resources),
      trouble === undefined ? undefined : notice('debug-disconnect', trouble),
      needsReading(session) ? reason(session) : undefined,
      session.state === 'starting' && progress !== undefined ? progressBar(progress) : undefined,
      ...session.notices.map((text) => notice('info', text)),
    );
  }
}

/** Before the first list has come nothing is known, which is not the same as a session that is gone. */
const unknown = (trouble: string | undefined): HTMLElement =>
  trouble === undefined
    ? notice('warning', 'This session was removed. Close this tab.')
    : notice('debug-disconnect', trouble);

function badge(session: Session, progress: Progress | undefined): HTMLElement {
  const { icon: name, spins, tone, words } = stateLook(session, progress);
  const attributes = { role: 'status', 'data-state': session.state };
  return element(
    'span',
    { class: `state tone-${tone}`, title: session.reason.message, attributes },
    icon(name, spins),
    words,
  );
}

function facts(session: Session, resources: Resources | undefined): HTMLElement {
  const cost = costText(session);
  return element(
    'dl',
    { class: 'facts' },
    fact('Branch', element('span', {}, session.branch, ' ', icon('arrow-right'), ` ${session.base.ref}`), {
      icon: 'git-branch',
      title: `${session.branch}, made from ${session.base.ref} (${session.base.commit.slice(0, 10)})`,
    }),
    fact('Model', session.model ?? 'default model', { icon: 'sparkle' }),
    cost === '' ? undefined : fact('Cost', cost, { icon: 'credit-card', title: usageText(session) }),
    session.context === undefined ? undefined : fact('Context', contextMeter(session.context), {}),
    ...(resources === undefined ? [] : resourceFacts(resources)),
  );
}

const resourceFacts = ({ cpus, memory }: Resources): HTMLElement[] => [
  fact('Processor', `${Math.round(cpus * 100)}% CPU`, { icon: 'pulse', title: '100% is one core' }),
  fact('Memory', bytesText(memory.used), {
    icon: 'chip',
    title: `${bytesText(memory.used)} of ${bytesText(memory.limit)} memory`,
  }),
];

function fact(name: string, value: Child, look: { icon?: string; title?: string }): HTMLElement {
  return element(
    'div',
    { class: 'fact', title: look.title ?? name },
    element('dt', { class: 'unseen' }, name),
    element('dd', {}, look.icon === undefined ? undefined : icon(look.icon), value),
  );
}

function contextMeter({ usedTokens, windowTokens }: ContextUse): HTMLElement {
  const percent = Math.min(100, Math.round((usedTokens / windowTokens) * 100));
  const bar = element('span', { class: 'meter-bar' });
  bar.style.width = `${percent}%`;
  const attributes = {
    role: 'meter',
    'aria-label': 'Context in use',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    'aria-valuenow': String(percent),
  };
  const title = `${tokensText(usedTokens)} of ${tokensText(windowTokens)} tokens of context in use`;
  const tone = percent >= 90 ? 'tone-bad' : percent >= 75 ? 'tone-attention' : '';
  return element(
    'span',
    { class: `context ${tone}`, title },
    element('span', { class: 'meter', attributes }, bar),
    `${percent}% context`,
  );
}

function usageText({ usage }: Session): string {
  const tokens = `${tokensText(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens)} tokens in, ${tokensText(usage.outputTokens)} out`;
  const unpriced =
    usage.unpricedRequests === 0 ? '' : `; ${usage.unpricedRequests} requests to a model without a known price`;
  return `${usage.requests} requests, ${tokens}, at list price${unpriced}`;
}

function reason({ state, reason: { message, detail } }: Session): HTMLElement {
  const shown = notice(state === 'failed' ? 'error' : 'warning', message);
  if (detail !== undefined && detail !== '')
    shown.append(element('details', {}, element('summary', {}, 'Details'), element('pre', {}, detail)));
  return shown;
}

const notice = (name: string, text: string): HTMLElement =>
  element('div', { class: `notice notice-${name}` }, icon(name), element('span', {}, text));

function progressBar({ title, detail, fraction }: Progress): HTMLElement {
  const percent = Math.round(fraction * 100);
  const bar = element('span', { class: 'progress-bar' });
  bar.style.width = `${percent}%`;
  const attributes = {
    role: 'progressbar',
    'aria-label': title,
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    'aria-valuenow': String(percent),
  };
  return element(
    'div',
    { class: 'progress' },
    element('span', { class: 'progress-track', attributes }, bar),
    element('span', { class: 'progress-detail' }, detail ?? title),
  );
}
