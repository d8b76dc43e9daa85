import { connectEngine } from './connectEngine.ts';
import { exitCodes } from './exitCodes.ts';
import { findInstallation } from './installation.ts';
import { runCli } from './runCli.ts';

const { env, stdin, stdout, stderr } = process;
const installation = findInstallation(import.meta.dirname);

// A reader that has seen enough, such as `head`, is no error.
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.internal);
  });

const onInterrupt = (handle: () => void): (() => void) => {
  process.once('SIGINT', handle);
  return () => process.off('SIGINT', handle);
};

const host = { env, stdin, stdout, stderr, cwd: process.cwd(), version: installation.version, onInterrupt };
void runCli({ ...host, engine: connectEngine(env, installation) }, process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
