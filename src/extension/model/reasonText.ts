import type { Session } from '../../protocol/session.ts';

/** What the engine says of these is said with the words of its command line; here they are buttons. */
const ownWords: Readonly<Partial<Record<string, string>>> = {
  'no-credentials': 'There are no credentials. Set an API key or an OAuth token.',
};

/** Why a session is in its state, in a sentence. */
export const reasonText = ({ reason }: Session): string => ownWords[reason.code] ?? reason.message;
