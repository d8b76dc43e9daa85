import * as z from 'zod';
import type { Landing, LandingPlan } from './landing.ts';

/** What a person can do about a landing from its part of the panel; the last five are about one file. */
export const panelLandingActionSchema = z.enum([
  'land',
  'rebase',
  'resolve',
  'continue',
  'verify',
  'sendOutput',
  'review',
  'push',
  'pullRequest',
  'abort',
  'undo',
  'openConflict',
  'accept',
  'refuse',
  'ours',
  'theirs',
]);
export type PanelLandingAction = z.infer<typeof panelLandingActionSchema>;

export const panelLandingMessages = [
  /** The landing's part is on show: it is sent how the landing stands, now and with every change. `plan`: a new dry run as well. */
  z.strictObject({ type: z.literal('readLanding'), plan: z.boolean() }),
  z.strictObject({
    type: z.literal('landing'),
    action: panelLandingActionSchema,
    /** The conflicted file that it is about. */
    path: z.string().min(1).max(4096).optional(),
  }),
] as const;

/** A dry run, as far as it is known. */
export type PanelPlan =
  | { readonly kind: 'reading' }
  | { readonly kind: 'known'; readonly plan: LandingPlan }
  | { readonly kind: 'failed'; readonly message: string };

/** How a session's landing stands, or why that is not known. */
export type PanelLanding =
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'known';
      /** Absent when the session was never landed. */
      readonly landing?: Landing | undefined;
      /** Absent while there is nothing to plan. */
      readonly plan?: PanelPlan | undefined;
      /** The end of what the verification wrote, as it wrote it. */
      readonly verifyOutput?: string | undefined;
      readonly actions: readonly PanelLandingAction[];
    };

export type PanelLandingUpdate =
  | { readonly type: 'landing'; readonly landing: PanelLanding }
  /** What the verification has written since. */
  | { readonly type: 'landingOutput'; readonly text: string };
