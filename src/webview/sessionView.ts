import type { PanelTab, PanelUpdate } from '../protocol/panel.ts';
import type { Mode, Session } from '../protocol/session.ts';
import { ChangesView } from './changes/changesView.ts';
import { element } from './dom.ts';
import type { HostLink, Receivers } from './hostLink.ts';
import { LandingView } from './landing/landingView.ts';
import { ActionBar } from './session/actionBar.ts';
import { Header, type HeaderContent } from './session/header.ts';
import { Tabs } from './tabs.ts';
import { TerminalView } from './terminal/terminalView.ts';
import { Composer } from './timeline/composer.ts';
import { TimelineView } from './timeline/timelineView.ts';

type SessionUpdate = Extract<PanelUpdate, { type: 'session' }>;

/** A session's panel: its head, its actions, and its terminal, timeline, changes and landing, one of them on show. */
export class SessionView {
  readonly root = element('main', { class: 'session' });
  readonly receivers: Receivers;
  readonly #link: HostLink;
  readonly #header = new Header();
  readonly #actions: ActionBar;
  readonly #terminal: TerminalView;
  readonly #timeline = new TimelineView();
  readonly #composer: Composer;
  readonly #changes: ChangesView;
  readonly #landingPart = element('div', { class: 'landing-holder' });
  /** Made when it is first on show. */
  #landing: LandingView | undefined;
  readonly #tabs: Tabs;
  #content: HeaderContent = {};
  #session: Session | undefined;
  #mode: Mode | undefined;
  #messages = 0;

  constructor(link: HostLink) {
    this.#link = link;
    this.#actions = new ActionBar((action) => {
      link.post({ type: 'action', action });
    });
    this.#terminal = new TerminalView((message) => {
      link.post(message);
    });
    this.#composer = this.#makeComposer();
    this.#changes = new ChangesView({
      open: (path) => link.post({ type: 'openChange', path }),
      openAll: () => link.post({ type: 'action', action: 'allChanges' }),
      read: () => link.post({ type: 'readChanges' }),
    });
    this.#tabs = this.#makeTabs();
    this.root.append(element('div', { class: 'head' }, this.#header.root, this.#actions.root), this.#tabs.root);
    this.receivers = this.#makeReceivers();
    this.#tabs.select(link.state.lastTab ?? 'timeline');
    window.addEventListener('focus', () => this.#focusTerminal());
  }

  /** Asks for what was on show last time, before anything is known: it comes sooner, and nothing jumps. */
  begin(): void {
    const { look } = this.#link.state;
    if (look !== undefined) this.#terminal.restyle(look);
    this.#shown(this.#link.state.lastTab ?? 'timeline');
  }

  /** The theme, or what VS Code knows of the person's needs, has changed. */
  restyle(): void {
    this.#terminal.restyle();
  }

  #makeComposer(): Composer {
    return new Composer({
      draft: this.#link.state.draft ?? '',
      send: (text) => {
        this.#messages += 1;
        this.#link.post({ type: 'send', id: this.#messages, text });
      },
      draftChanged: (draft) => {
        this.#link.remember({ draft });
      },
    });
  }

  #makeTabs(): Tabs {
    const timeline = element('div', { class: 'timeline-part' }, this.#timeline.root, this.#composer.root);
    return new Tabs(
      [
        { id: 'terminal', label: 'Terminal', icon: 'terminal', content: this.#terminal.root },
        { id: 'timeline', label: 'Timeline', icon: 'list-unordered', content: timeline },
        { id: 'changes', label: 'Changes', icon: 'diff', content: this.#changes.root },
        { id: 'landing', label: 'Landing', icon: 'git-merge', content: this.#landingPart },
      ],
      (tab) => {
        this.#link.remember({ tab });
        this.#shown(tab);
      },
    );
  }

  #makeReceivers(): Receivers {
    return {
      session: (update) => this.#showSession(update),
      resources: ({ resources }) => this.#showHeader({ resources }),
      timeline: ({ items, reset, isCut }) => this.#timeline.show(items, { reset, isCut }),
      changes: ({ changes }) => this.#changes.show(changes),
      landing: ({ landing }) => this.#landing?.show(landing),
      landingOutput: ({ text }) => this.#landing?.output(text),
      look: ({ look }) => {
        this.#link.remember({ look });
        this.#terminal.restyle(look);
      },
      tab: ({ tab }) => {
        // Whoever asked for it elsewhere chose it as well.
        this.#link.remember({ tab });
        this.#select(tab);
      },
      sent: ({ ok, id }) => this.#sent(ok, id),
      terminalSnapshot: (update) => this.#terminal.snapshot(update),
      terminalBytes: (update) => this.#terminal.bytes(update),
      terminalSize: (update) => this.#terminal.size(update),
      terminalOff: (update) => this.#terminal.off(update),
    };
  }

  #showSession({ session, progress, trouble, actions, canSend }: SessionUpdate): void {
    this.#showHeader({ session, progress, trouble });
    this.#actions.show(actions);
    this.#terminal.describe(session, actions);
    this.#composer.allow(canSend);
    this.#session = session;
    this.#landing?.describe(session);
    if (session === undefined) return;
    const before = this.#mode;
    this.#mode = session.mode;
    // Whoever takes over wants to see the terminal; at first sight the choice of last time counts.
    if (before === undefined) this.#select(this.#link.state.tab ?? tabOf(session.mode));
    else if (before !== this.#mode && this.#mode === 'interactive') this.#select('terminal');
  }

  #showHeader(changes: HeaderContent): void {
    this.#content = { ...this.#content, ...changes };
    this.#header.show(this.#content);
  }

  #sent(ok: boolean, id: number): void {
    if (id !== this.#messages) return;
    this.#composer.sent(ok);
    if (ok) this.#link.remember({ draft: '' });
  }

  #select(tab: PanelTab): void {
    this.#tabs.select(tab);
    this.#shown(tab);
  }

  /** Whoever comes to the panel without aiming at anything in it wants to type into the terminal. */
  #focusTerminal(): void {
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (this.#tabs.selected === 'terminal' && document.hasFocus() && isFree) this.#terminal.focus();
  }

  #shown(tab: PanelTab): void {
    this.#link.remember({ lastTab: tab });
    this.#terminal.setShown(tab === 'terminal');
    this.#focusTerminal();
    if (tab === 'timeline') this.#timeline.toEnd();
    if (tab === 'changes') this.#link.post({ type: 'readChanges' });
    if (tab === 'landing') this.#showLanding();
  }

  #showLanding(): void {
    this.#landing ??= this.#makeLanding();
    this.#link.post({ type: 'readLanding', plan: false });
  }

  #makeLanding(): LandingView {
    const view = new LandingView({
      act: (action, path) => this.#link.post({ type: 'landing', action, ...(path === undefined ? {} : { path }) }),
      planAgain: () => this.#link.post({ type: 'readLanding', plan: true }),
    });
    this.#landingPart.append(view.root);
    view.describe(this.#session);
    return view;
  }
}

const tabOf = (mode: Mode): PanelTab => (mode === 'interactive' ? 'terminal' : 'timeline');
