import { SaxesParser } from 'saxes';

/** Throws when it is not well-formed; the error names line and column. */
export function parseXml(text: string): void {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}
