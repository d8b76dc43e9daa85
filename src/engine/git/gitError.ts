import { Tail } from '../base/tail.ts';

/**
 * Takes what stands between `://` and `@` out of every URL in a text: user names, passwords and tokens. A password may hold quotation marks and
 * "@" itself. The scheme is not looked at: searching for its beginning takes the square of the time in a long text without one.
 */
export const withoutCredentials = (text: string): string => text.replace(/:\/\/[^/\s"<>]*@/g, '://');

/** Git ended with an exit code that is no answer. Its texts hold no credentials. `explainGitError` makes a sentence for people of it. */
export class GitError extends Error {
  override readonly name = 'GitError';
  /** `undefined` when git was ended from outside: a time-out, a signal. */
  readonly exitCode: number | undefined;
  /** The last lines of what git said. */
  readonly stderr: string;
  readonly args: readonly string[];

  constructor(args: readonly string[], exitCode: number | undefined, stderr: string) {
    const tail = new Tail();
    tail.write(withoutCredentials(stderr));
    const said = tail.lines(40);
    super(`git ${args.find((arg) => !arg.startsWith('-')) ?? ''} ended with ${exitCode ?? 'a signal'}: ${said}`);
    this.args = args.map(withoutCredentials);
    this.exitCode = exitCode;
    this.stderr = said;
  }
}
