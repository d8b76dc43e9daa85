import { parse } from 'smol-toml';

/** Throws an error that names line and column. */
export function parseToml(text: string): void {
  parse(text);
}
