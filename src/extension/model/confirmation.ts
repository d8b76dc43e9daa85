import * as z from 'zod';

const confirmedSchema = z.object({ confirmed: z.literal(true) });
const discardSchema = z.object({ discard: z.literal(true) });

/** Whoever ran the command from a program has asked the person already. */
export const isConfirmed = (more: unknown): boolean => confirmedSchema.safeParse(more).success;

/** And the person has agreed to lose work. */
export const isDiscardConfirmed = (more: unknown): boolean =>
  isConfirmed(more) && discardSchema.safeParse(more).success;
