import type * as vscode from 'vscode';
import type { EngineConnection } from '../engineConnection.ts';

/** Writes what the engine is and holds into the output channel, and shows it. */
export async function showEngineStatus(given: {
  readonly connection: EngineConnection;
  readonly log: vscode.LogOutputChannel;
}): Promise<void> {
  const client = await given.connection.client();
  const info = await client.call('system.info', {});
  const sessions = Object.entries(info.sessions).map(([state, count]) => `${count} ${state}`);
  given.log.info(`Engine ${info.version}, process ${info.pid}, since ${info.startedAt}`);
  given.log.info(`Sessions: ${sessions.join(', ') || 'none'}`);
  given.log.info(`Credentials: ${info.credentials}; API: ${info.upstream}`);
  given.log.info(`Data: ${info.dataFolder}; log: ${info.logFile}`);
  given.log.show();
}
