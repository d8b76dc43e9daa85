/** Control characters, and those that turn the direction of text round, so that it reads as something else than it is. */
const treacherous = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text as it may be shown: line ends and tabs stay, other control characters go. */
export const plainText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(treacherous, (found) => (found === '\n' || found === '\t' ? found : ''));

/** The beginning of a text, in characters, without cutting one in two. */
export function cutText(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
