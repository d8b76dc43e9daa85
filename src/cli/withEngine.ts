import type { CliContext } from './context.ts';
import type { ConnectWishes, Engine } from './engineDoor.ts';

/** Connects, works and lets go of the engine, whatever happens. */
export async function withEngine<T>(
  context: CliContext,
  work: (engine: Engine) => Promise<T>,
  wishes: ConnectWishes = {},
): Promise<T> {
  const engine = await context.engine.connect(wishes);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
