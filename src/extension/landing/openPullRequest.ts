import { EngineError } from '../../client/engineError.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import { openWebPage } from '../openWebPage.ts';
import { requireLanding } from './landingSteps.ts';

export const openPullRequest: SessionCommand = {
  title: 'Open Pull Request',
  action: 'pullRequest',
  run: async (session, client) => {
    const { landing } = await requireLanding(client, session);
    const url = landing.pushes.findLast(({ pullRequestUrl }) => pullRequestUrl !== undefined)?.pullRequestUrl;
    if (url === undefined)
      throw EngineError.of(
        'not-in-this-state',
        `Flotilla knows no page where a pull request for "${session.name}" could be opened.`,
      );
    await openWebPage(url);
  },
};
