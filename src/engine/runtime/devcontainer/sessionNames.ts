import { shortHash } from '../../base/ids.ts';

/** The labels by which the engine finds its things again, and the names that they have. */
export const labelKeys = {
  /** Which engine's thing it is: two engines on one daemon never see each other's. */
  scope: 'flotilla.scope',
  session: 'flotilla.session',
  name: 'flotilla.name',
  /** As `labelText` has it: `devcontainer up` would replace a `${localEnv:…}` in plain text by a variable of the host. */
  description: 'flotilla.description',
  workspaceFolder: 'flotilla.workspace-folder',
  user: 'flotilla.user',
  /** As `labelText` has it. */
  setup: 'flotilla.setup',
} as const;

/** Names and labels of one session's things. */
export class SessionNames {
  readonly scopeLabel: string;
  readonly sessionLabel: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly workspaces: string;
  readonly claude: string;
  readonly network: string;
  readonly helper: string;

  constructor(scope: string, sessionId: string) {
    this.scopeLabel = `${labelKeys.scope}=${scope}`;
    this.sessionLabel = `${labelKeys.session}=${sessionId}`;
    this.labels = { [labelKeys.scope]: scope, [labelKeys.session]: sessionId };
    // With the scope in the name as well, so that a removal by name can't hit another engine's volume.
    const stem = `flotilla-${sessionId}-${shortHash(scope, 6)}`;
    this.workspaces = `${stem}-workspaces`;
    this.claude = `${stem}-claude`;
    this.network = stem;
    this.helper = `${stem}-helper`;
  }
}

/** A text of the user's as a label's value, and back; empty for a label that is not there. */
export const labelText = {
  encode: (text: string): string => Buffer.from(text).toString('base64url'),
  decode: (label: string | undefined): string => Buffer.from(label ?? '', 'base64url').toString('utf8'),
};
