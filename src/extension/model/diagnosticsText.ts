import type { OperationOutput } from '../../protocol/operations.ts';

export interface DiagnosticsFacts {
  /** Names and values of what the extension and its host are. */
  readonly host: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly checks: OperationOutput<'system.doctor'>['checks'];
  readonly info: OperationOutput<'system.info'> | undefined;
  readonly engineLog: string;
  /** What could not be found out, and why. */
  readonly failures: readonly string[];
}

/** What a secret looks like, wherever it may have slipped in: keys and tokens by their shape, passwords in URLs, headers. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\bsk-ant-[\w-]{8,}/g, 'sk-ant-…'],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abp]-)[\w-]{8,}/g, '…'],
  [/(\/\/)[^/\s:@]*:[^/\s@]+@/g, '$1…@'],
  [/\b(authorization|x-api-key)(["']?\s*[:=]\s*["']?)(?:bearer\s+)?[^"'\s,}]+/gi, '$1$2…'],
];

/** A text without what looks like a secret. */
export const withoutSecrets = (text: string): string =>
  secrets.reduce((cleaned, [shape, instead]) => cleaned.replace(shape, instead), text);

/** What helps to see what is wrong; without prompts, names of sessions or secrets, so that it can be passed on. */
export function diagnosticsText({ host, settings, checks, info, engineLog, failures }: DiagnosticsFacts): string {
  const lines = (values: Readonly<Record<string, unknown>>): string =>
    Object.entries(values)
      .map(([name, value]) => `- ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join('\n');
  const sections: (readonly [string, string])[] = [
    ['Host', lines(host)],
    ['Settings that differ from their defaults', lines(settings)],
    ['Checks', checks.map(({ title, status, message }) => `- ${title}: ${status}. ${message}`).join('\n')],
    ['Engine', info === undefined ? '' : lines(info)],
    ['Could not be found out', failures.map((failure) => `- ${failure}`).join('\n')],
    ['End of the engine log', engineLog === '' ? '' : `\`\`\`\n${engineLog}\n\`\`\``],
  ];
  const body = sections.flatMap(([title, text]) => (text === '' ? [] : [`## ${title}\n\n${text}`])).join('\n\n');
  return withoutSecrets(`# Flotilla diagnostics\n\nLook through this before you pass it on.\n\n${body}\n`);
}
