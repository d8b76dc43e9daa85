/** Where a mirror keeps the origin's branches. */
export const branchPrefix = 'refs/remotes/origin/';
export const tagPrefix = 'refs/tags/';
/** What the origin's HEAD is: a symbolic ref to a branch, or a commit. Outside of what a fetch may prune. */
export const headRef = 'refs/flotilla/head';
