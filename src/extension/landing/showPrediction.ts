import type { SessionCommand } from '../commands/sessionCommand.ts';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { withProgress } from '../progress.ts';
import { forecastText, planText } from './planText.ts';

/** The dry run, as a text. */
export const showLandingPlan = ({ texts }: Pick<Parts, 'texts'>): SessionCommand => ({
  title: 'Show Landing Plan',
  action: 'forecast',
  run: async ({ id, name }, client) => {
    const { plan } = await withProgress(`Planning the landing of ${oneLine(name, 80)}`, ({ signal }) =>
      client.call('landing.plan', { session: id }, { signal }),
    );
    await texts.show(id, 'Landing plan.md', planText(name, plan));
  },
});

/** What landing would meet now; of all sessions when none is given. */
export const showForecast = async (
  { connection, model, texts }: Pick<Parts, 'connection' | 'model' | 'texts'>,
  id: string | undefined,
): Promise<void> => {
  await model.ready();
  const client = await connection.client();
  const { forecasts } = await withProgress('Looking at what landing would meet', ({ signal }) =>
    client.call('forecast.get', id === undefined ? {} : { session: id }, { signal }),
  );
  await texts.show(
    'flotilla',
    'Landing forecast.md',
    forecastText(forecasts, (session) => model.get(session)?.name ?? session),
  );
};
