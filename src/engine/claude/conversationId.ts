/**
 * The id of a conversation of Claude's as it may be kept and handed to `--resume`; `undefined` for anything else. It comes out of an environment,
 * where anybody could have written another.
 */
export const conversationId = (text: string | undefined): string | undefined =>
  text !== undefined && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text : undefined;
