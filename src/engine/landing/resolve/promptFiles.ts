import type { History } from './background.ts';
import type { Objects } from './objects.ts';
import type { PromptFile } from './prompt.ts';
import type { BothSides } from './sorting.ts';

/** Characters: files up to this length are shown whole; of longer ones what each side changed is shown. */
const whole = 6000;
/** Of one patch, and of all files together. */
const longestPatch = 16_000;
const longest = 150_000;

/** What Claude is shown of the conflicted files, read from the index's stages and never from the markers. */
export async function promptFiles(
  files: readonly BothSides[],
  sources: { readonly objects: Objects; readonly history: History },
  signal: AbortSignal,
): Promise<PromptFile[]> {
  let left = longest;
  const shown: PromptFile[] = [];
  for (const file of files) {
    const parts = left > 0 ? await partsOf(file, sources, signal) : [];
    left -= parts.reduce((sum, { text }) => sum + text.length, 0);
    shown.push({ path: file.path, parts: parts.length === 0 || left < 0 ? [lookYourself] : parts });
  }
  return shown;
}

const lookYourself = {
  title: 'Its versions are in the index',
  text: 'git show :1:<path>   base\ngit show :2:<path>   ours\ngit show :3:<path>   theirs',
};

async function partsOf(
  file: BothSides,
  { objects, history }: { readonly objects: Objects; readonly history: History },
  signal: AbortSignal,
): Promise<PromptFile['parts']> {
  const text = (id: string | undefined): string => {
    const content = objects.get(id);
    return Buffer.isBuffer(content) ? content.toString('utf8') : '';
  };
  const { base, ours, theirs } = file;
  const [before, left, right] = [text(base?.object), text(ours.object), text(theirs.object)];
  if (Math.max(before.length, left.length, right.length) <= whole)
    return [
      ...(base === undefined ? [] : [{ title: 'base', text: before }]),
      { title: base === undefined ? 'ours (both sides added this file)' : 'ours', text: left },
      { title: 'theirs', text: right },
    ];
  const patch = async (from: string, to: string): Promise<string> => {
    const all = await history.patch(from, to, signal);
    return all.length > longestPatch
      ? `${all.slice(0, longestPatch)}\n[cut: see git show :1:, :2: and :3: of this path]`
      : all;
  };
  if (base === undefined)
    return [
      { title: 'Both sides added this file. From ours to theirs', text: await patch(ours.object, theirs.object) },
    ];
  return [
    { title: 'What ours changed, from base', text: await patch(base.object, ours.object) },
    { title: 'What theirs changed, from base', text: await patch(base.object, theirs.object) },
  ];
}
