/** Of a terminal of xterm's, what an addon reads its cells by. */
interface TerminalLike {
  readonly cols: number;
  readonly buffer: Readonly<Record<'active' | 'normal' | 'alternate', BufferLike>>;
}

interface BufferLike {
  getLine(row: number): LineLike | undefined;
}

interface LineLike {
  readonly length: number;
}

interface AddonLike<T> {
  activate(terminal: T): void;
  dispose(): void;
}

/**
 * Lets an addon see of its terminal what a person sees: nothing of what once stood beyond the last column. xterm keeps such cells when
 * the alternate screen becomes narrower, and its serialiser would put them into the picture.
 */
export const withVisibleCells = <T extends TerminalLike>(addon: AddonLike<T>): AddonLike<T> => ({
  activate: (terminal) => {
    addon.activate(visibleCells(terminal));
  },
  dispose: () => {
    addon.dispose();
  },
});

function visibleCells<T extends TerminalLike>(terminal: T): T {
  const visible = (buffer: BufferLike): BufferLike =>
    view(buffer, {
      getLine: () => (row: number) => {
        const line = buffer.getLine(row);
        return line === undefined || line.length <= terminal.cols ? line : cut(line, terminal.cols);
      },
    });
  const { buffer } = terminal;
  const buffers = view(buffer, {
    active: () => visible(buffer.active),
    normal: () => visible(buffer.normal),
    alternate: () => visible(buffer.alternate),
  });
  return view<TerminalLike, T>(terminal, { buffer: () => buffers });
}

const cut = (line: LineLike, cols: number): LineLike => view(line, { length: () => cols });

/** The same object, with other values for some of its properties. */
const view = <L extends object, T extends L = L>(target: T, others: Partial<Record<keyof L, () => unknown>>): T =>
  new Proxy(target, {
    get: (_, name) => {
      // Just found to be a name of these.
      if (Object.hasOwn(others, name)) return others[name as keyof L]?.();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
