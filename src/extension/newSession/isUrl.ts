/** A URL, or `host:path` as ssh has it. */
export const isUrl = (repository: string): boolean =>
  /^(https?|ssh|git|file):\/\/\S+$/i.test(repository) || /^[^\s/\\.:][^\s/\\:]*:(?![/\\])\S+$/.test(repository);
