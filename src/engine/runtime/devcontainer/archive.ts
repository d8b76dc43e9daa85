import tar from 'tar-stream';

/** An entry of an archive: a file, or a folder when it has no content. Paths are relative. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content?: string | Uint8Array | undefined;
  readonly mode: number;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** A tar archive in memory, in the order of the entries. The one door to tar-stream. */
export async function archive(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { path, content, mode, uid = 0, gid = 0 } of entries) {
    const header = { name: path, mode, uid, gid, mtime: new Date(0) };
    if (content === undefined) pack.entry({ ...header, type: 'directory' });
    else pack.entry(header, Buffer.from(content));
  }
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
