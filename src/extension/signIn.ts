import * as vscode from 'vscode';
import { type Credential, credentialSchema } from '../protocol/operations.ts';
import { askCredential } from './commands/askCredential.ts';
import { setContext } from './contextKeys.ts';
import { ids } from './ids.ts';
import { isConfirmed } from './model/confirmation.ts';
import type { Parts } from './parts.ts';
import { onSetting } from './settings.ts';

type SignInParts = Pick<Parts, 'commands' | 'connection' | 'credentials' | 'model' | 'log'>;

/** Everything about the credential: the commands, handing a changed one to the engine, and knowing whether there is one. */
export function registerSignIn(parts: SignInParts): vscode.Disposable {
  const { commands, credentials, model, log } = parts;
  const handOver = (): void => {
    handToEngine(parts).catch((error: unknown) => {
      log.warn('The credentials were not handed over:', error instanceof Error ? error.message : String(error));
    });
  };
  let wasConnected = false;
  commands.registerAll({
    [ids.command.setApiKey]: (given) => setCredential(parts, 'api-key', given),
    [ids.command.setOauthToken]: (given) => setCredential(parts, 'oauth-token', given),
    [ids.command.removeCredentials]: (more) => removeCredentials(parts, more),
  });
  return vscode.Disposable.from(
    credentials.onChange(handOver),
    onSetting([ids.setting.baseUrl], handOver),
    model.onChange(() => {
      const isConnected = model.engine.kind === 'connected';
      if (isConnected && !wasConnected) void noteWhetherSignedIn(parts);
      wasConnected = isConnected;
    }),
  );
}

async function setCredential(parts: SignInParts, kind: Credential['kind'], given: unknown): Promise<void> {
  const credential = credentialSchema.safeParse(given).data ?? (await askCredential(kind));
  if (credential === undefined) return;
  await parts.credentials.save(credential);
  await handToEngine(parts);
  const what = kind === 'api-key' ? 'The API key' : 'The OAuth token';
  vscode.window.setStatusBarMessage(`${what} is set. Sessions that waited for it go on.`, 5000);
}

async function handToEngine(parts: SignInParts): Promise<void> {
  const client = await parts.connection.client();
  const found = await parts.credentials.read();
  if (found !== undefined) await client.call('credentials.set', found);
  await noteWhetherSignedIn(parts);
}

async function removeCredentials(parts: SignInParts, more: unknown): Promise<void> {
  const yes = 'Remove';
  const detail =
    'They are deleted from the secret storage, and the engine forgets them, also those of the environment. Sessions wait until you set others.';
  const ask = (): Thenable<string | undefined> =>
    vscode.window.showWarningMessage('Remove the credentials?', { modal: true, detail }, yes);
  if (!isConfirmed(more) && (await ask()) !== yes) return;
  await parts.credentials.remove();
  const client = await parts.connection.client();
  await client.call('credentials.clear', {});
  await noteWhetherSignedIn(parts);
}

async function noteWhetherSignedIn({ connection, log }: SignInParts): Promise<void> {
  try {
    const client = await connection.client();
    const { credentials } = await client.call('system.info', {});
    setContext(ids.context.hasCredentials, credentials !== 'none');
  } catch (error) {
    log.warn('Could not ask whether there are credentials:', error instanceof Error ? error.message : String(error));
  }
}
