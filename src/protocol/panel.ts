import * as z from 'zod';
import type { Progress } from './events.ts';
import { panelLandingMessages, type PanelLandingUpdate } from './panelLanding.ts';
import { longestPanelInput } from './panelLimits.ts';
import type { ChangedFile, OperationOutput, Resources } from './operations.ts';
import { sessionIdSchema, type Session } from './session.ts';
import { sizeSchema, type TerminalSize } from './terminal.ts';

/** What a person can do from a session's panel. */
export const panelActionSchema = z.enum([
  'start',
  'stop',
  'resume',
  'takeOver',
  'cancel',
  'push',
  'land',
  'remove',
  'allChanges',
  'nativeTerminal',
  'shell',
  'attach',
]);
export type PanelAction = z.infer<typeof panelActionSchema>;

export const panelTabSchema = z.enum(['terminal', 'timeline', 'changes', 'landing']);
export type PanelTab = z.infer<typeof panelTabSchema>;

/** Everything that a panel may say to the extension, which believes none of it unchecked. */
export const panelMessageSchema = z.discriminatedUnion('type', [
  /** The panel's code runs: it is sent everything from here on. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('action'), action: panelActionSchema }),
  /** A follow-up for Claude. `id` comes back in `sent`. */
  z.strictObject({ type: z.literal('send'), id: z.number().int(), text: z.string().min(1).max(1_000_000) }),
  z.strictObject({ type: z.literal('openChange'), path: z.string().min(1).max(4096) }),
  z.strictObject({ type: z.literal('readChanges') }),
  ...panelLandingMessages,
  /** The terminal is on show (or no longer): its stream runs only meanwhile. */
  z.strictObject({ type: z.literal('showTerminal'), shown: z.boolean() }),
  z.strictObject({
    type: z.literal('input'),
    data: z.string().max(longestPanelInput),
    /** `latin1`: mouse reports, whose characters are bytes. */
    encoding: z.enum(['utf8', 'latin1']),
  }),
  z.strictObject({ type: z.literal('focus'), size: sizeSchema }),
  z.strictObject({ type: z.literal('resize'), size: sizeSchema }),
  /** So many bytes of this stream have been shown. */
  z.strictObject({ type: z.literal('ack'), stream: z.number().int(), bytes: z.number().int().nonnegative() }),
  /** The person copied a selection. */
  z.strictObject({ type: z.literal('copy'), text: z.string().max(4_000_000) }),
  /** A program in the terminal wants to write to the clipboard: done only where the person allowed it. */
  z.strictObject({ type: z.literal('clipboardWrite'), text: z.string().max(1_000_000) }),
  z.strictObject({ type: z.literal('openLink'), url: z.string().max(2048) }),
  /** Something went wrong in the panel's own code. */
  z.strictObject({ type: z.literal('problem'), message: z.string().max(4000) }),
]);
export type PanelMessage = z.infer<typeof panelMessageSchema>;

/** What a panel keeps over a reload of the window. */
export const panelStateSchema = z.object({
  sessionId: sessionIdSchema,
  /** The tab that the person chose; the fitting one when they chose none. */
  tab: panelTabSchema.optional().catch(undefined),
  /** The tab that was on show last, chosen or not. */
  lastTab: panelTabSchema.optional().catch(undefined),
  /** A message that was not sent yet. */
  draft: z.string().max(1_000_000).optional().catch(undefined),
});
export type PanelState = z.infer<typeof panelStateSchema>;

export type TimelineItem = OperationOutput<'session.logs'>['entries'][number];

/** How VS Code's own terminal looks, so that the panel's looks the same. Sizes in pixels. */
export interface TerminalLook {
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly fontWeight: string;
  readonly fontWeightBold: string;
  readonly lineHeight: number;
  readonly letterSpacing: number;
  readonly cursorStyle: 'block' | 'bar' | 'underline';
  readonly cursorBlink: boolean;
  readonly minimumContrastRatio: number;
  readonly drawBoldTextInBrightColors: boolean;
  readonly macOptionIsMeta: boolean;
  readonly scrollback: number;
  /** `auto` follows what VS Code finds out about the system. */
  readonly screenReader: 'on' | 'off' | 'auto';
  readonly webgl: boolean;
  /** Programs may ask to write to the clipboard. */
  readonly clipboardWrite: boolean;
  readonly links: boolean;
}

/** What the changes of a session are, or why they are not known. */
export type PanelChanges =
  | { readonly kind: 'reading' }
  | { readonly kind: 'known'; readonly files: readonly ChangedFile[] }
  | { readonly kind: 'failed'; readonly message: string };

/** Everything that the extension may say to a panel. */
export type PanelUpdate =
  | {
      readonly type: 'session';
      /** Absent when there is no such session (any more). */
      readonly session?: Session | undefined;
      readonly progress?: Progress | undefined;
      readonly actions: readonly PanelAction[];
      /** Whether a message can be sent to Claude now. */
      readonly canSend: boolean;
      /** Set while the engine can't be reached: what is shown may be old. */
      readonly trouble?: string | undefined;
    }
  | { readonly type: 'resources'; readonly resources?: Resources | undefined }
  /** `reset`: what was shown before goes. `isCut`: there was more before the first item. */
  | {
      readonly type: 'timeline';
      readonly reset: boolean;
      readonly isCut: boolean;
      readonly items: readonly TimelineItem[];
    }
  | { readonly type: 'changes'; readonly changes: PanelChanges }
  | PanelLandingUpdate
  | { readonly type: 'look'; readonly look: TerminalLook }
  | { readonly type: 'tab'; readonly tab: PanelTab }
  | { readonly type: 'sent'; readonly id: number; readonly ok: boolean }
  /** A picture of the whole screen follows as the stream's first bytes. `active`: the panel is the one that the person looks at. */
  | {
      readonly type: 'terminalSnapshot';
      readonly stream: number;
      readonly size: TerminalSize;
      readonly active: boolean;
    }
  | { readonly type: 'terminalBytes'; readonly stream: number; readonly bytes: Uint8Array }
  /** Another viewer gave the terminal this size. */
  | { readonly type: 'terminalSize'; readonly stream: number; readonly size: TerminalSize }
  /** There is no stream (any more): what to show instead. */
  | { readonly type: 'terminalOff'; readonly message: string; readonly isConnecting: boolean };
