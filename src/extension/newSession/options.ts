import * as z from 'zod';
import { modeSchema, networkSchema, permissionModeSchema } from '../../protocol/session.ts';

/** What can be remembered, with a value for each. */
export const optionsSchema = z.object({
  mode: modeSchema,
  model: z.string().max(200),
  permissionMode: permissionModeSchema,
  image: z.string().max(500),
  setup: z.string().max(10_000),
  network: networkSchema,
  /** GiB. */
  memory: z.number(),
  cpus: z.number(),
  pids: z.number(),
});
export type Options = z.infer<typeof optionsSchema>;

/** What is remembered of the last session of a repository, where it differed from the settings. */
export const rememberedSchema = optionsSchema.partial();
