import * as z from 'zod';
import { operation } from './operationDefinition.ts';

/** Bytes of a file that is read whole. */
export const longestRead = 16 * 1024 * 1024;
/** Bytes that one `file.write` carries: with base64 and the rest it stays below what the engine takes in one request. */
export const longestPart = 2 * 1024 * 1024;
/** Bytes of a file that is written, in as many parts as it needs. */
export const longestWrite = 64 * 1024 * 1024;

/** True for a path below the workspace: parts between "/", none of them empty, "." or "..". The workspace itself is "". */
export const isWorkspacePath = (path: string): boolean =>
  path === '' ||
  (path.isWellFormed() &&
    !path.includes('\0') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'));

/** A path below the session's workspace, with "/" between its parts. */
const pathSchema = z.string().max(4096).refine(isWorkspacePath, 'must be a path below the workspace');
/** Of a file or folder, never of the workspace itself. */
const entryPathSchema = pathSchema.min(1);
const sessionKey = z.string().min(1).max(200);
const commitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

const bytesSchema = z
  .string()
  .max(Math.ceil(longestPart / 3) * 4)
  .refine((text) => text.length % 4 === 0 && !/[^A-Za-z0-9+/=]/.test(text), 'must be base64');

export const fileStatSchema = z.strictObject({
  /** What it is; for a link, what it leads to. `other` can't be opened: pipes, sockets, devices. */
  kind: z.enum(['file', 'folder', 'other']),
  /** It is a symbolic link. One that leads nowhere, or out of the workspace, is a link to `other`. */
  isLink: z.boolean(),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** Milliseconds since 1970, with fractions where the file system has them; 0 where it is not known. */
  modified: z.number().nonnegative(),
  /** It can't be changed now, as the session's environment does not run: this is the state that came home last. */
  isReadonly: z.boolean(),
});
export type FileStat = z.infer<typeof fileStatSchema>;

/** `landing`: the work tree of the landing that is under way, instead of the session's own. */
const root = z.literal('landing').optional();
const entry = { session: sessionKey, root, path: entryPathSchema } as const;
const done = z.strictObject({});

/** The files of a session's workspace, for faces that show and edit them. */
export const fileOperations = {
  'file.stat': operation({
    summary: "Tell what some paths of a session's workspace are; null for what is not there.",
    effect: 'read',
    input: z.strictObject({ session: sessionKey, root, paths: z.array(pathSchema).min(1).max(500) }),
    /** In the order of the paths. */
    output: z.strictObject({ stats: z.array(fileStatSchema.nullable()) }),
  }),
  'file.list': operation({
    summary: "List a folder of a session's workspace.",
    effect: 'read',
    input: z.strictObject({ session: sessionKey, root, path: pathSchema.default('') }),
    output: z.strictObject({
      entries: z.array(z.strictObject({ name: z.string(), stat: fileStatSchema })),
      /** There are more entries than are listed. */
      truncated: z.boolean(),
    }),
  }),
  'file.read': operation({
    summary: "Read a file of a session's workspace, of at most 16 MiB.",
    effect: 'read',
    input: z.strictObject(entry),
    /** Base64. */
    output: z.strictObject({ content: z.string(), stat: fileStatSchema }),
  }),
  'file.write': operation({
    summary: "Write a file of a session's workspace: all of it or nothing.",
    effect: 'write',
    input: z.strictObject({
      ...entry,
      content: bytesSchema,
      /** Make it when it is not there. */
      create: z.boolean().default(true),
      /** Replace it when it is there. */
      overwrite: z.boolean().default(true),
      /** For a file longer than one request carries: the parts one after another, the file changes with the last. */
      part: z
        .strictObject({
          upload: z.string().regex(/^[a-z0-9]{8,32}$/),
          offset: z.number().int().nonnegative().max(longestWrite),
          isLast: z.boolean(),
        })
        .optional(),
    }),
    /** Null for a part that is not the last. */
    output: z.strictObject({ stat: fileStatSchema.nullable() }),
  }),
  'file.delete': operation({
    summary: "Delete a file or a folder of a session's workspace.",
    effect: 'destroy',
    input: z.strictObject({
      ...entry,
      /** Delete a folder with all that is in it. */
      recursive: z.boolean().default(false),
    }),
    output: done,
  }),
  'file.rename': operation({
    summary: "Rename or move a file or a folder of a session's workspace.",
    effect: 'write',
    input: z.strictObject({
      session: sessionKey,
      root,
      from: entryPathSchema,
      to: entryPathSchema,
      /** Replace a file, or an empty folder, that has the new name. */
      overwrite: z.boolean().default(false),
    }),
    output: done,
  }),
  'file.makeFolder': operation({
    summary: "Make a folder in a session's workspace; the one that holds it must be there.",
    effect: 'write',
    input: z.strictObject(entry),
    output: done,
  }),
  'file.atRevision': operation({
    summary: 'Read a file as it was at the base, at the newest commit or at a checkpoint of a session.',
    effect: 'read',
    input: z
      .strictObject({
        ...entry,
        which: z.enum(['base', 'head', 'checkpoint']),
        /** A checkpoint's commit, as `checkpoint.list` tells it; the newest one when absent. */
        checkpoint: commitId.optional(),
      })
      .refine(({ which, checkpoint }) => which === 'checkpoint' || checkpoint === undefined, {
        path: ['checkpoint'],
        message: 'goes only with which: checkpoint',
      }),
    /** Base64. `commit` is the revision's own id. */
    output: z.strictObject({ content: z.string(), commit: z.string() }),
  }),
} as const;
