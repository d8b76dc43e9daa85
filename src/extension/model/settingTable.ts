import * as z from 'zod';
import { pushModeSchema } from '../../protocol/landing.ts';
import { networkSchema, permissionModeSchema, whenRefusedSchema } from '../../protocol/session.ts';
import { ids, type SettingId } from '../ids.ts';

const text = z.string().max(10_000);
const onByDefault = z.boolean().catch(true);

/** What each setting may be, and what it is when it is not set, or set to something else. A test compares it with package.json. */
export const settingTable = {
  [ids.setting.groupBy]: z.enum(['repository', 'state', 'none']).catch('repository'),
  [ids.setting.statusBar]: onByDefault,
  [ids.setting.notifyNeedsInput]: onByDefault,
  [ids.setting.notifyFinished]: onByDefault,
  [ids.setting.notifyFailed]: onByDefault,
  [ids.setting.notifyLandingNeedsYou]: onByDefault,
  [ids.setting.notifyLanded]: onByDefault,
  [ids.setting.notifyLandingFailed]: onByDefault,
  [ids.setting.baseUrl]: z
    .url({ protocol: /^https?$/ })
    .or(z.literal(''))
    .catch(''),
  [ids.setting.terminalClipboard]: z.boolean().catch(false),
  [ids.setting.terminalLinks]: onByDefault,
  [ids.setting.confirmAttach]: onByDefault,
  [ids.setting.model]: text.catch(''),
  [ids.setting.permissionMode]: permissionModeSchema.catch('bypassPermissions'),
  [ids.setting.image]: text.catch(''),
  [ids.setting.setup]: text.catch(''),
  [ids.setting.network]: networkSchema.catch('bridge'),
  /** GiB. */
  [ids.setting.memory]: z.number().min(0.0625).max(4096).catch(4),
  [ids.setting.cpus]: z.number().min(0.1).max(1024).catch(2),
  [ids.setting.pids]: z.int().min(32).max(1_000_000).catch(2048),
  [ids.setting.certificates]: text.catch(''),
  [ids.setting.whenRefused]: whenRefusedSchema.catch('wait'),
  [ids.setting.landingTarget]: z.string().max(1024).catch(''),
  [ids.setting.landingPush]: pushModeSchema.catch('branch'),
  [ids.setting.verifyCommand]: text.catch(''),
  /** Seconds. */
  [ids.setting.verifyTimeout]: z.int().positive().max(86_400).catch(1800),
  [ids.setting.landingResolve]: z.enum(['claude', 'person']).catch('claude'),
  [ids.setting.confidenceThreshold]: z.number().min(0).max(1).catch(0.8),
  /** US dollars. */
  [ids.setting.landingBudget]: z.number().positive().max(1000).catch(5),
  [ids.setting.regenerateLockFiles]: z.boolean().catch(false),
} as const satisfies Readonly<Record<SettingId, z.ZodType>>;

export type SettingValue<K extends SettingId> = z.output<(typeof settingTable)[K]>;
export type Grouping = SettingValue<typeof ids.setting.groupBy>;
