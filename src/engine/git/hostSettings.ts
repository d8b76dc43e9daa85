/**
 * What every git of the host is started with. Nothing that a repository's own configuration or hooks hold may run a program, no
 * upkeep may remove objects that a session still needs, and nobody is asked anything: there is no terminal.
 */
export const hostConfig: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.ext.allow=never',
  'protocol.version=2',
  // It goes through trees name by name, and a session decides how many names there are.
  'pack.useSparse=false',
  'advice.detachedHead=false',
  'core.quotePath=false',
  'color.ui=false',
];

/**
 * Variables of an outer git that would point ours at another repository, make it another kind of one, or have it say what errors show: with
 * some of the traces the credentials themselves.
 */
const inherited = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INDEX_VERSION',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_CEILING_DIRECTORIES',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_REPLACE_REF_BASE',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_EXTERNAL_DIFF',
  'GIT_TEMPLATE_DIR',
  'GIT_DEFAULT_HASH',
  'GIT_DEFAULT_REF_FORMAT',
  'GIT_PROTOCOL',
  'GIT_CURL_VERBOSE',
  'GIT_TRACE',
  'GIT_TRACE2',
  'GIT_TRACE2_EVENT',
  'GIT_TRACE2_PERF',
  'GIT_TRACE_CURL',
  'GIT_TRACE_FSMONITOR',
  'GIT_TRACE_PACKET',
  'GIT_TRACE_PACKFILE',
  'GIT_TRACE_PACK_ACCESS',
  'GIT_TRACE_PERFORMANCE',
  'GIT_TRACE_REDACT',
  'GIT_TRACE_REFS',
  'GIT_TRACE_SETUP',
  'GIT_TRACE_SHALLOW',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
] as const;

/** Laid over the engine's own environment; `undefined` takes a variable away. The user's credential helpers and ssh settings stay. */
export const hostVariables: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(inherited.map((name) => [name, undefined])),
  LC_ALL: 'C',
  LANGUAGE: undefined,
  GIT_TERMINAL_PROMPT: '0',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_FLUSH: undefined,
};

/** The arguments before git's own: settings, then the folder. */
export const hostArguments = (folder: string | undefined, config: readonly string[] = []): string[] => [
  ...(folder === undefined ? [] : ['-C', folder]),
  ...[...hostConfig, ...config].flatMap((setting) => ['-c', setting]),
];
