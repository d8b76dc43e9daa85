import { once } from 'node:events';
import { z } from 'zod';

const targetsSchema = z.array(z.looseObject({ webSocketDebuggerUrl: z.string() }));
const answerSchema = z.looseObject({
  id: z.number().optional(),
  result: z.looseObject({ result: z.looseObject({ value: z.unknown() }).optional() }).optional(),
});
const insideSchema = z.object({ heap: z.number(), timers: z.number(), resources: z.number() });
export type Inside = z.output<typeof insideSchema>;

const look = `(() => {
  const kinds = process.getActiveResourcesInfo();
  const timers = kinds.filter((kind) => kind === 'Timeout' || kind === 'Immediate').length;
  return { heap: process.memoryUsage().heapUsed, timers, resources: kinds.length - timers };
})()`;

/** Looks into an engine that was started with FLOTILLA_INSPECT: its heap after a collection, its timers, what else it has open. */
export async function lookInside(port: number): Promise<Inside | undefined> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/json/list`).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const [target] = targetsSchema.parse(await response.json());
  if (target === undefined) return undefined;
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  try {
    await once(socket, 'open', { signal: AbortSignal.timeout(5000) });
    await ask(socket, 1, 'HeapProfiler.collectGarbage', {});
    return insideSchema.parse(await ask(socket, 2, 'Runtime.evaluate', { expression: look, returnByValue: true }));
  } catch {
    // It was killed just now.
    return undefined;
  } finally {
    socket.close();
  }
}

async function ask(socket: WebSocket, id: number, method: string, params: object): Promise<unknown> {
  const answered = Promise.withResolvers<unknown>();
  const hear = (event: MessageEvent): void => {
    const answer = answerSchema.parse(JSON.parse(String(event.data)));
    if (answer.id === id) answered.resolve(answer.result?.result?.value);
  };
  socket.addEventListener('message', hear);
  const limit = setTimeout(() => {
    answered.reject(new Error('the engine did not answer its inspector'));
  }, 10_000);
  socket.send(JSON.stringify({ id, method, params }));
  try {
    return await answered.promise;
  } finally {
    clearTimeout(limit);
    socket.removeEventListener('message', hear);
  }
}
