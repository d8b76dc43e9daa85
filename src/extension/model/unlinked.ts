/**
 * A text that VS Code shows as it is: in messages it makes links of `[label](address)`, and one to a `command:` runs that command, whoever
 * wrote the text.
 */
export const unlinked = (text: string): string => text.replaceAll('](', '] (');
