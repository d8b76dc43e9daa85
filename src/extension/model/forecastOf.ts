import type { Forecast } from '../../protocol/landingSummary.ts';
import type { Session } from '../../protocol/session.ts';

/** What landing a session would meet; nothing once its work has landed, until a newer forecast says otherwise. */
export function forecastOf({ landing, forecast }: Pick<Session, 'landing' | 'forecast'>): Forecast | undefined {
  const isOld = landing?.state === 'landed' && forecast !== undefined && forecast.at < landing.updatedAt;
  return isOld ? undefined : forecast;
}
