import * as z from 'zod';
import { operations } from '../../protocol/operations.ts';
import { isConfirmed } from '../model/confirmation.ts';

const optionsSchema = z.object(operations['landing.land'].input.omit({ session: true }).shape);

/** A whole choice that another program gave instead of the person's. */
export function givenOptions(more: unknown): z.infer<typeof optionsSchema> | undefined {
  return isConfirmed(more) ? optionsSchema.safeParse(more).data : undefined;
}
