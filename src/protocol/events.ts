import * as z from 'zod';
import { actorSchema } from './actor.ts';
import { instantSchema } from './basics.ts';
import { sessionSchema } from './session.ts';

/** A named step of something long (building the image, starting the container …). */
export const progressSchema = z.strictObject({
  /** Stable id of the step, for example `image`, `container`, `workspace`, `setup`, `claude`. */
  step: z.string(),
  /** What the step does, for people: "Building the image". */
  title: z.string(),
  status: z.enum(['running', 'done', 'failed']),
  /** The newest line of what runs underneath. */
  detail: z.string().optional(),
  /** 0 to 1 of the whole, never falling. */
  fraction: z.number().min(0).max(1),
});
export type Progress = z.infer<typeof progressSchema>;

/** One entry of a session's timeline: what a person reads to see what happened. */
export const timelineEntrySchema = z.strictObject({
  kind: z.enum([
    'prompt',
    'text',
    'tool',
    'result',
    'commit',
    'checkpoint',
    'push',
    'landing',
    'limit',
    'hook',
    'notice',
  ]),
  text: z.string(),
  /** Kind-specific: the tool's name, the commit's id, the ref. */
  subject: z.string().optional(),
  failed: z.boolean().optional(),
});
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

const of = <T extends string, D extends z.ZodType>(type: T, data: D) => z.strictObject({ type: z.literal(type), data });

/** What can happen. Every change is one of these, stored in the journal before it is published. */
export const eventBodySchema = z.discriminatedUnion('type', [
  of('session.created', z.strictObject({ session: sessionSchema })),
  /** Only the fields that changed; a face lays them over the session it has and takes the `cleared` ones away. */
  of('session.updated', z.strictObject({ changes: sessionSchema.partial(), cleared: z.array(z.string()).optional() })),
  of('session.removed', z.strictObject({})),
  of('session.progress', progressSchema),
  of('session.timeline', timelineEntrySchema),
  /** What a landing's verification writes, as text that may end in the middle of a line. */
  of('landing.output', z.strictObject({ text: z.string() })),
  of('engine.started', z.strictObject({ version: z.string() })),
  of('engine.stopping', z.strictObject({ why: z.string() })),
  /** Something found by label that no session in the store owns. */
  of('engine.orphan', z.strictObject({ sessionId: z.string(), what: z.string() })),
]);
export type EventBody = z.infer<typeof eventBodySchema>;

export const eventSchema = z.strictObject({
  seq: z.number().int().positive(),
  at: instantSchema,
  actor: actorSchema,
  sessionId: z.string().optional(),
  body: eventBodySchema,
});
export type FlotillaEvent = z.infer<typeof eventSchema>;
