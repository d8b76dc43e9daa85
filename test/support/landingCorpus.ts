import { cleanShapes } from './landingCorpus/cleanShapes.ts';
import { conflictShapes } from './landingCorpus/conflictShapes.ts';
import { historyShapes } from './landingCorpus/historyShapes.ts';
import { localShapes } from './landingCorpus/localShapes.ts';
import type { LandingShape } from './landingShape.ts';

/** Shapes of histories that landings meet, for all that must agree on them: the rebase inside an environment and its forecast. */
export const landingCorpus: readonly LandingShape[] = [
  ...cleanShapes,
  ...conflictShapes,
  ...historyShapes,
  ...localShapes,
];
