import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import type { Environment, EnvironmentSpec, Report, Runtime } from '../../src/engine/runtime/contract.ts';

/** What the contract's tests need of a runtime besides the contract. */
export interface ContractBed {
  readonly runtime: Runtime;
  /** What a small session asks for; the folders it names are there. */
  spec(more?: Partial<EnvironmentSpec>): Promise<EnvironmentSpec>;
  provision(more?: Partial<EnvironmentSpec>, report?: Report): Promise<Environment>;
  /** The runtime of another engine: one of the same scope (as after a restart), or a stranger's. Whoever asks closes it. */
  another(whose: 'same' | 'stranger'): Promise<Runtime>;
  /** Ends an environment from outside, by force, behind the runtime's back. */
  kill(environment: Environment): Promise<void>;
  /** Takes an environment away from outside; what a session's files are kept in stays. */
  lose(environment: Environment): Promise<void>;
  /** All that there is of this bed's sessions, and every process of the host that names `sessionId`. */
  traces(sessionId?: string): Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** What a command has written so far. */
export function collecting(stream: Readable): { readonly text: string } {
  const seen = { text: '' };
  stream.on('data', (chunk: Buffer) => (seen.text += chunk.toString()));
  return seen;
}

/** Every command line inside, one a line. */
export async function processesInside(environment: Environment): Promise<string> {
  const line = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f 2>/dev/null; echo; done";
  const { exitCode, stdout, stderr } = await environment.run({ command: ['sh', '-c', line], cwd: '/' });
  assert.equal(exitCode, 0, stderr);
  return stdout.toString();
}

/** A chapter of the contract's tests. */
export const describePart =
  (title: string, tests: (bed: () => ContractBed) => void) =>
  (bed: () => ContractBed): void => {
    describe(title, () => {
      tests(bed);
    });
  };
