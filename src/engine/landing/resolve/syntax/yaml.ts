import { parseAllDocuments } from 'yaml';

/** Throws the first error, which names line and column. */
export function parseYaml(text: string): void {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  for (const { errors } of Array.isArray(documents) ? documents : []) if (errors[0] !== undefined) throw errors[0];
}
