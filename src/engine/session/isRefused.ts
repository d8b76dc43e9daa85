import type { Session } from '../../protocol/session.ts';
import { noCredentials } from './reasons.ts';

/** It waits because the API refuses, and its Claude has ended; without credentials a Claude may live on while its session waits. */
export const isRefused = ({ state, reason }: Pick<Session, 'state' | 'reason'>): boolean =>
  state === 'waiting' && reason.code !== noCredentials.code;
