import type { OperationInput, OperationName, OperationOutput } from '../../protocol/operations.ts';
import type { PanelUpdate } from '../../protocol/panel.ts';
import { LandingFeed } from '../landing/landingFeed.ts';
import type { Parts } from '../parts.ts';
import { PanelChangesFeed } from './panelChanges.ts';
import { PanelTerminal } from './panelTerminal.ts';
import { ResourceWatch } from './resourceWatch.ts';
import { TimelineFeed } from './timelineFeed.ts';

export interface FeedOptions {
  readonly sessionId: string;
  readonly post: (update: PanelUpdate) => void;
  /** The panel is the one that the person looks at. */
  readonly isActive: () => boolean;
}

/** What a panel shows besides the session itself, each read from whichever engine there is. */
export interface PanelFeeds {
  readonly terminal: PanelTerminal;
  readonly timeline: TimelineFeed;
  readonly changes: PanelChangesFeed;
  readonly landing: LandingFeed;
  readonly resources: ResourceWatch;
}

export function panelFeeds(
  { connection, model, log }: Pick<Parts, 'connection' | 'model' | 'log'>,
  { sessionId: session, post, isActive }: FeedOptions,
): PanelFeeds {
  const call = async <N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> =>
    (await connection.client()).call(name, input);
  return {
    terminal: new PanelTerminal(
      async (handlers) => (await connection.client()).terminal(session, handlers),
      post,
      isActive,
    ),
    timeline: new TimelineFeed((input) => call('session.logs', { ...input, session }), {
      show: (items, options) => post({ type: 'timeline', items, ...options }),
      failed: (error) => log.debug('A timeline could not be read', String(error)),
    }),
    changes: new PanelChangesFeed(
      () => call('session.diff', { session, patch: false }),
      (changes) => post({ type: 'changes', changes }),
    ),
    landing: new LandingFeed({
      session: () => model.get(session),
      status: () => call('landing.status', { session }),
      plan: async () => (await call('landing.plan', { session })).plan,
      show: (landing) => post({ type: 'landing', landing }),
      output: (text) => post({ type: 'landingOutput', text }),
    }),
    resources: new ResourceWatch(
      async () => (await call('session.resources', { session })).resources,
      (resources) => post({ type: 'resources', resources }),
    ),
  };
}
