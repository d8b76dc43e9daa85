/**
 * Stands in the bundle (`npm run build:engine`) for packages that dockerode loads and Flotilla never calls, 1.5 MB of code and 16 MB of
 * memory: ssh2, which reaches a Docker on another machine, and gRPC with its messages, which BuildKit's own sessions speak.
 */
export function Client(): never {
  throw new Error('Docker over ssh is not supported');
}
