import type headless from '@xterm/headless';

type Addon = Parameters<InstanceType<typeof headless.Terminal>['loadAddon']>[0];
type Terminal = Parameters<Addon['activate']>[0];
type Buffer = Terminal['buffer']['active'];
type Line = NonNullable<ReturnType<Buffer['getLine']>>;

/**
 * Lets an addon see of its terminal what a person sees: nothing of what once stood beyond the last column. xterm keeps such cells when
 * the alternate screen becomes narrower, and its serialiser would put them into the picture.
 */
export const withVisibleCells = (addon: Addon): Addon => ({
  activate: (terminal) => {
    addon.activate(visibleCells(terminal));
  },
  dispose: () => {
    addon.dispose();
  },
});

function visibleCells(terminal: Terminal): Terminal {
  const visible = (buffer: Buffer): Buffer =>
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
  return view(terminal, { buffer: () => buffers });
}

const cut = (line: Line, cols: number): Line => view(line, { length: () => cols });

/** The same object, with other values for some of its properties. */
const view = <T extends object>(target: T, others: Partial<Record<keyof T, () => unknown>>): T =>
  new Proxy(target, {
    get: (_, name) => {
      // Just found to be a name of these.
      if (Object.hasOwn(others, name)) return others[name as keyof T]?.();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
