import type { PanelMessage, PanelState, PanelUpdate, TerminalLook } from '../protocol/panel.ts';

/** What the page keeps: the extension reads of it what is in `PanelState`. */
interface KeptState extends PanelState {
  /** The terminal's look last time, so that it can be made before the extension has said anything. */
  readonly look?: TerminalLook | undefined;
}

interface VsCodeApi {
  postMessage(message: PanelMessage): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

type UpdateOf<T extends PanelUpdate['type']> = Extract<PanelUpdate, { type: T }>;

/** What to do with each kind of update. */
export type Receivers = { readonly [T in PanelUpdate['type']]: (update: UpdateOf<T>) => void };

/** The panel's way to the extension, and its memory over a reload. */
export class HostLink {
  readonly #api = acquireVsCodeApi();
  #state: KeptState;

  constructor(sessionId: string) {
    this.#state = { ...this.#api.getState(), sessionId };
    this.#api.setState(this.#state);
  }

  get state(): KeptState {
    return this.#state;
  }

  remember(changes: Partial<Omit<KeptState, 'sessionId'>>): void {
    this.#state = { ...this.#state, ...changes };
    this.#api.setState(this.#state);
  }

  post(message: PanelMessage): void {
    this.#api.postMessage(message);
  }

  /** Hands each update to its receiver and says that the panel is ready. A receiver that fails is reported; the others go on. */
  listen(receivers: Receivers): void {
    window.addEventListener('message', (event: MessageEvent<PanelUpdate>) => {
      try {
        receive(receivers, event.data);
      } catch (error) {
        this.report(error);
      }
    });
    performance.mark('flotilla:ready');
    this.post({ type: 'ready' });
  }

  report(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.post({ type: 'problem', message: text.slice(0, 4000) });
  }
}

/** Only the extension can post here, and it is of the same version as this code; what else comes is let go. */
function receive<T extends PanelUpdate['type']>(receivers: Receivers, update: UpdateOf<T>): void {
  const { type } = update;
  if (Object.hasOwn(receivers, type)) receivers[type](update);
}
