/** What groups of commands are for. */
export const groupSummaries: Readonly<Record<string, string>> = {
  landing: 'see how a landing stands, go on with it step by step, or give it up',
  engine: 'start, stop and look after the engine',
};

/** The environment variables that mean something, as `--help` and README name them. */
export const variables: readonly (readonly [string, string])[] = [
  ['ANTHROPIC_API_KEY', 'the API key that the engine uses; it never enters a session'],
  ['CLAUDE_CODE_OAUTH_TOKEN', 'the token of `claude setup-token`, instead of a key'],
  ['ANTHROPIC_BASE_URL', 'where requests go, when not to the Anthropic API'],
  ['HTTPS_PROXY, NO_PROXY', 'the proxy of the engine and of image builds'],
  ['FLOTILLA_CERTIFICATES', 'PEM file that a newly started engine, image builds and sessions trust as well'],
  ['FLOTILLA_HOME', 'one folder for all that Flotilla keeps'],
  ['FLOTILLA_IDLE_MS', 'how long an idle engine stays (600000)'],
  ['FLOTILLA_INSPECT', 'port on which a debugger may attach to a newly started engine'],
  ['FLOTILLA_BASE_IMAGE', "what Flotilla's own image builds on (node:24-trixie-slim)"],
  ['FLOTILLA_LOG_LEVEL', 'debug, info, warn or error'],
  ['NO_COLOR', 'no colours and no progress bar'],
];
