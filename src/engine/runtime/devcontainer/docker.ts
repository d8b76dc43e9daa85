import Dockerode from 'dockerode';
import { type Duplex, Readable } from 'node:stream';
import type {
  ContainerDetails,
  ContainerPart,
  ExecRequest,
  HelperRequest,
  ImageDetails,
  ImagePart,
  VolumePart,
} from './dockerTypes.ts';

/** Where a Docker daemon is asked, as `DOCKER_HOST` writes it: `unix:///…`, `tcp://…`, `npipe://…`. */
type Endpoint = string | undefined;

/**
 * The one door to dockerode: the requests that the runtime makes of the Docker Engine API, typed as far as we rely on them. Errors
 * are dockerode's own; `failures.ts` gives them their meaning.
 */
export class Docker {
  readonly #api: Dockerode;

  constructor(endpoint?: Endpoint) {
    // docker-modem reads the host from the environment by itself; only a context's endpoint has to be handed in.
    const socketPath = endpoint === undefined ? undefined : /^(?:unix|npipe):\/\/(.+)$/.exec(endpoint)?.[1];
    this.#api = socketPath === undefined ? new Dockerode() : new Dockerode({ socketPath });
  }

  async version(signal?: AbortSignal): Promise<string> {
    const version: unknown = await this.#get('/version', signal);
    return typeof version === 'object' && version !== null && 'Version' in version ? String(version.Version) : '';
  }

  /** The folder in which the daemon keeps everything; it is on this machine only when the daemon is. */
  async dataFolder(signal?: AbortSignal): Promise<string> {
    const info: unknown = await this.#get('/info', signal);
    return typeof info === 'object' && info !== null && 'DockerRootDir' in info ? String(info.DockerRootDir) : '';
  }

  /** An image that the daemon has, or `undefined`. */
  async image(name: string): Promise<ImageDetails | undefined> {
    try {
      const found = await this.#api.getImage(name).inspect();
      return {
        id: found.Id,
        user: found.Config.User,
        labels: { ...found.Config.Labels },
      };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** Starts a build; the answer is a stream of JSON messages. Closing it ends the build. */
  async build(
    context: Buffer,
    options: { tag: string; args: Record<string, string>; labels: Record<string, string> },
    signal: AbortSignal,
  ): Promise<Readable> {
    const stream: unknown = await this.#api.buildImage(Readable.from([context]), {
      t: options.tag,
      buildargs: options.args,
      labels: options.labels,
      rm: true,
      forcerm: true,
      abortSignal: signal,
    });
    return streamed(stream);
  }

  /** Containers that carry every one of these labels (`key=value`), running or not. */
  async containers(labels: readonly string[], signal?: AbortSignal): Promise<ContainerPart[]> {
    const found = await this.#api.listContainers({ all: true, filters: { label: [...labels] }, ...abort(signal) });
    return found.map((one) => ({
      id: one.Id,
      name: (one.Names[0] ?? one.Id).replace(/^\//, ''),
      state: one.State,
      image: one.Image,
      imageId: one.ImageID,
      labels: one.Labels,
    }));
  }

  /** Images that carry every one of these labels (`key` or `key=value`), newest first. */
  async images(labels: readonly string[], signal?: AbortSignal): Promise<ImagePart[]> {
    const found = await this.#api.listImages({ filters: { label: [...labels] }, ...abort(signal) });
    return found
      .sort((one, other) => other.Created - one.Created)
      .map((one) => ({ id: one.Id, tags: one.RepoTags ?? [], bytes: one.Size, labels: { ...one.Labels } }));
  }

  async volumes(labels: readonly string[], signal?: AbortSignal): Promise<VolumePart[]> {
    const found = await this.#api.listVolumes({ filters: { label: [...labels] }, ...abort(signal) });
    // The daemon answers null instead of an empty list.
    const volumes = (found.Volumes as typeof found.Volumes | null) ?? [];
    return volumes.map((one) => ({
      name: one.Name,
      labels: (one.Labels as Labels | null) ?? {},
      createdAt: 'CreatedAt' in one && typeof one.CreatedAt === 'string' ? one.CreatedAt : undefined,
    }));
  }

  async networks(
    labels: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ id: string; name: string; labels: Labels; subnets: string[] }[]> {
    const filters = labels.length === 0 ? {} : { filters: { label: [...labels] } };
    const found = await this.#api.listNetworks({ ...filters, ...abort(signal) });
    return found.map((one) => ({
      id: one.Id,
      name: one.Name,
      labels: (one.Labels as Labels | undefined) ?? {},
      subnets: (one.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
    }));
  }

  async createVolume(name: string, labels: Labels, signal?: AbortSignal): Promise<void> {
    await this.#api.createVolume({ Name: name, Labels: labels, ...abort(signal) });
  }

  async createNetwork(name: string, subnet: string, labels: Labels): Promise<void> {
    const IPAM = { Driver: 'default', Config: [{ Subnet: subnet }] };
    await this.#api.createNetwork({ Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labels, IPAM });
  }

  async removeContainer(id: string): Promise<void> {
    await this.#api.getContainer(id).remove({ force: true, v: true });
  }

  async removeVolume(name: string): Promise<void> {
    await this.#api.getVolume(name).remove();
  }

  async removeNetwork(id: string): Promise<void> {
    await this.#api.getNetwork(id).remove();
  }

  /** Makes a container that is not started. */
  async createHelper(request: HelperRequest, signal?: AbortSignal): Promise<string> {
    const container = await this.#api.createContainer({
      name: request.name,
      Image: request.image,
      Entrypoint: [...request.command],
      Cmd: [],
      User: '0:0',
      Labels: request.labels,
      HostConfig: {
        Mounts: request.volumes.map(({ name, path, labels }) => ({
          Type: 'volume',
          Source: name,
          Target: path,
          // Without NoCopy the image could put files of its own into the volume.
          VolumeOptions: { NoCopy: true, Labels: { ...labels }, DriverConfig: { Name: 'local', Options: {} } },
        })),
        CapDrop: ['ALL'],
        CapAdd: [...request.capabilities],
        SecurityOpt: ['no-new-privileges'],
        NetworkMode: 'none',
      },
      ...abort(signal),
    });
    return container.id;
  }

  /** Runs a container that `createHelper` made to its end: its exit code and what it said. */
  async runHelper(id: string, signal?: AbortSignal): Promise<{ exitCode: number; output: Buffer }> {
    const container = this.#api.getContainer(id);
    await container.start(abort(signal));
    const { StatusCode } = (await container.wait(abort(signal))) as { StatusCode: number };
    const output = await container.logs({ stdout: true, stderr: true, follow: false, tail: 1000, ...abort(signal) });
    return { exitCode: StatusCode, output };
  }

  async inspect(id: string, signal?: AbortSignal): Promise<ContainerDetails> {
    const found = await this.#api.getContainer(id).inspect(abort(signal));
    const { Running: running, ExitCode: exitCode, Status: status } = found.State;
    return { running, exitCode, leaving: status === 'removing', memory: found.HostConfig.Memory ?? 0 };
  }

  async stop(id: string, seconds: number, signal?: AbortSignal): Promise<void> {
    await this.#api.getContainer(id).stop({ t: seconds, ...abort(signal) });
  }

  async start(id: string, signal?: AbortSignal): Promise<void> {
    await this.#api.getContainer(id).start(abort(signal));
  }

  /** True when the container has something at this path. */
  async has(id: string, path: string, signal?: AbortSignal): Promise<boolean> {
    try {
      const answer: unknown = await this.#api.getContainer(id).infoArchive({ path, ...abort(signal) });
      // The answer is a stream without content; unread it would keep its connection for minutes.
      streamed(answer).resume();
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  /** Unpacks a tar archive in an existing folder; owners are as the archive says. */
  async putArchive(id: string, path: string, archive: Buffer, signal?: AbortSignal): Promise<void> {
    await this.#api.getContainer(id).putArchive(archive, { path, noOverwriteDirNonDir: 'true', ...abort(signal) });
  }

  /** Starts a command and answers its id and the raw connection: framed output, unless with a terminal. */
  async startExec(container: string, request: ExecRequest): Promise<{ id: string; connection: Duplex }> {
    const exec = await this.#api.getContainer(container).exec({
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: !request.tty,
      Tty: request.tty,
      Cmd: [...request.command],
      Env: [...request.variables],
      WorkingDir: request.cwd,
      User: request.user,
    });
    const connection = await exec.start({ hijack: true, stdin: true, Tty: request.tty });
    return { id: exec.id, connection };
  }

  async inspectExec(id: string): Promise<{ running: boolean; exitCode: number | undefined }> {
    const found = await this.#api.getExec(id).inspect();
    return { running: found.Running, exitCode: found.ExitCode ?? undefined };
  }

  async resizeExec(id: string, cols: number, rows: number): Promise<void> {
    await this.#api.getExec(id).resize({ w: cols, h: rows });
  }

  /** A stream of JSON samples, one a second. Destroy it to end it. */
  async stats(id: string, signal?: AbortSignal): Promise<Readable> {
    // The type declares a stream only for the form with a callback.
    const container: { stats(options: object): Promise<unknown> } = this.#api.getContainer(id);
    return streamed(await container.stats({ stream: true, ...abort(signal) }));
  }

  /** A stream of JSON events of containers with this label. Destroy it to end it. */
  async events(label: string, names: readonly string[], signal: AbortSignal): Promise<Readable> {
    const filters = { type: ['container' as const], label: [label], event: [...names] };
    const stream = await this.#api.getEvents({ filters, abortSignal: signal });
    return streamed(stream);
  }

  async #get(path: string, signal?: AbortSignal): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      const modem = this.#api.modem as { dial(options: object, done: (error: unknown, data: unknown) => void): void };
      const statusCodes = { 200: true, 500: 'server error' };
      modem.dial({ path, method: 'GET', abortSignal: signal, statusCodes }, (error, data) => {
        if (error === null || error === undefined) resolve(data);
        else reject(error instanceof Error ? error : new Error('the request failed', { cause: error }));
      });
    });
  }
}

type Labels = Readonly<Record<string, string>>;

/** The HTTP status with which the daemon refused, or `undefined` when it is not about a refusal. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** dockerode declares less than it gives: these are Node's own streams. */
function streamed(answer: unknown): Readable {
  if (answer instanceof Readable) return answer;
  throw new Error('Docker answered without a stream');
}

const abort = (signal: AbortSignal | undefined): { abortSignal?: AbortSignal } =>
  signal === undefined ? {} : { abortSignal: signal };
