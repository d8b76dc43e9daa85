const [macroMark, blank] = ['[attr]', /[ \t\r\n\f\v]+/];

/** Attribute names that a file defines as standing for others. */
type Macros = ReadonlySet<string>;

/**
 * The lines of a `.gitattributes` file that decide how files are merged, as they read in a file of the top folder. Drivers that a configuration
 * would have to name are told to be git's own, since no program runs for a merge on the host. Text in bytes, one in each character.
 */
export function mergeLines(text: string, folder: string): string[] {
  const macros = folder === '' ? macrosOf(text) : new Set<string>();
  return text.split('\n').flatMap((line) => {
    const { pattern, rest } = splitLine(line);
    if (pattern === '' || pattern.startsWith('!')) return [];
    const wanted = rest.flatMap((attribute) => wantedAttribute(attribute, macros));
    if (wanted.length === 0) return [];
    if (!pattern.startsWith(macroMark)) return [`${quote(below(folder, pattern))} ${wanted.join(' ')}`];
    return folder === '' ? [`${pattern} ${wanted.join(' ')}`] : [];
  });
}

const macrosOf = (text: string): Macros =>
  new Set(
    text
      .split('\n')
      .map((line) => splitLine(line).pattern)
      .filter((pattern) => /^\[attr\][A-Za-z0-9_.][-A-Za-z0-9_.]*$/.test(pattern))
      .map((pattern) => pattern.slice(macroMark.length)),
  );

function wantedAttribute(attribute: string, macros: Macros): string[] {
  if (attribute.startsWith('merge=')) {
    const driver = attribute.slice('merge='.length);
    return [['text', 'binary', 'union'].includes(driver) ? attribute : 'merge'];
  }
  const name = attribute.replace(/^[-!]/, '');
  return name === 'merge' || name === 'binary' || macros.has(name) ? [attribute] : [];
}

function splitLine(line: string): { pattern: string; rest: string[] } {
  const text = line.replace(/^[ \t\r\n]+/, '');
  if (text === '' || text.startsWith('#')) return { pattern: '', rest: [] };
  const [whole, quoted] = /^"((?:[^"\\]|\\.)*)"/s.exec(text) ?? [];
  if (whole !== undefined && quoted !== undefined)
    return { pattern: unquote(quoted), rest: words(text.slice(whole.length)) };
  const [pattern = '', ...rest] = words(text);
  return { pattern, rest };
}

const words = (text: string): string[] => text.split(blank).filter((word) => word !== '');

/** What a pattern of a folder's own file is called from the top. Without a slash it holds for everything below. */
function below(folder: string, pattern: string): string {
  if (folder === '') return pattern;
  const literal = folder.replace(/[*?[\]\\]/g, '\\$&');
  if (!pattern.replace(/\/$/, '').includes('/')) return `${literal}/**/${pattern}`;
  return `${literal}/${pattern.replace(/^\//, '')}`;
}

const letters: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const unquote = (quoted: string): string =>
  quoted.replace(/\\([0-3][0-7]{2}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (letters[code] ?? code),
  );

const quote = (pattern: string): string =>
  `"${pattern.replace(/[^ -~]|["\\]/g, (byte) =>
    byte === '"' || byte === '\\' ? `\\${byte}` : `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
  )}"`;
