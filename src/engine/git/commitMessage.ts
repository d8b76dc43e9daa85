/** Bytes of a message that are kept. */
const maxBytes = 64 * 1024;
const maxSubject = 200;
/** Commits that a default message lists. */
const maxListed = 100;

// Control characters except the line feed, and those that turn the direction of what follows, so that a text can't look like another one.
const unwanted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A commit's message as git keeps it: a subject, an empty line, the rest. Empty when nothing is left of the text. */
export function tidyMessage(text: string): string {
  const lines = text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', '  ')
    .replace(unwanted, '')
    .split('\n')
    .map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== '');
  if (first < 0) return '';
  const subject = Array.from((lines[first] ?? '').trim())
    .slice(0, maxSubject)
    .join('');
  const body = lines
    .slice(first + 1)
    .join('\n')
    .replace(/^\n+/, '')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd();
  return cut(body === '' ? `${subject}\n` : `${subject}\n\n${body}\n`);
}

function cut(message: string): string {
  if (Buffer.byteLength(message) <= maxBytes) return message;
  const bytes = Buffer.from(message).subarray(0, maxBytes);
  return `${bytes
    .toString('utf8')
    .replace(/\ufffd$/, '')
    .replace(/\n[^\n]*$/, '')}\n`;
}

/** What a squashed commit says when nobody said anything else: the session's name, and its commits, oldest first. */
export function squashMessage(name: string, subjects: readonly string[]): string {
  const [only] = subjects;
  const title = oneLine(name) || (only === undefined ? '' : oneLine(only)) || 'Land a session';
  const listed = subjects.slice(0, maxListed).map((subject) => `- ${oneLine(subject)}`);
  const more = subjects.length - listed.length;
  const list = more > 0 ? [...listed, `- and ${more} more`] : listed;
  return tidyMessage(subjects.length === 1 && listed[0] === `- ${title}` ? title : `${title}\n\n${list.join('\n')}`);
}

const oneLine = (text: string): string => Array.from(text.replace(/\s+/g, ' ').trim()).slice(0, maxSubject).join('');
