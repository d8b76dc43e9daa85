import { z } from 'zod';
import { FlotillaError } from '../../base/errors.ts';
import { type EnvironmentSpec, places } from '../contract.ts';
import { labelKeys, labelText, type SessionNames } from './sessionNames.ts';

/** What is decided before a session's configuration can be written. */
export interface ConfigurationParts {
  readonly spec: EnvironmentSpec;
  readonly names: SessionNames;
  readonly image: string;
  readonly user: string;
  readonly toolsVolume: string;
}

/** Where a foreign image finds the user's certificates. */
const certificatesPath = '/flotilla/certificates.pem';
const trust = {
  NODE_EXTRA_CA_CERTS: certificatesPath,
  SSL_CERT_FILE: certificatesPath,
  GIT_SSL_CAINFO: certificatesPath,
};

// The CLI would replace `${localEnv:…}` and the like, so no text of ours or the user's may look like one.
const plain = z.string().refine((text) => !text.includes('${'), 'must not contain "${"');
const absolute = plain.regex(/^\//);

/** Exactly what we write: the CLI itself takes a damaged file for an empty one and starts a container without our limits. */
const configurationSchema = z.strictObject({
  name: plain,
  image: plain.min(1),
  workspaceMount: plain,
  workspaceFolder: absolute,
  mounts: z.array(plain),
  runArgs: z.array(plain),
  containerEnv: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), plain),
  containerUser: plain.min(1),
  remoteUser: plain.min(1),
  updateRemoteUserUID: z.literal(false),
  userEnvProbe: z.literal('none'),
  overrideCommand: z.literal(true),
  shutdownAction: z.literal('none'),
  postCreateCommand: plain.optional(),
});

/** The text of a session's devcontainer.json. Rejects with `config-invalid`. */
export function configurationText(parts: ConfigurationParts): string {
  const parsed = configurationSchema.safeParse(configuration(parts));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined ? '' : ` ${issue.path.join('.')}: ${issue.message}.`;
    throw new FlotillaError('config-invalid', `No devcontainer.json can be made from what was asked for.${where}`);
  }
  return `// Made by Flotilla for this session. It is written anew with each session; changing it has no effect.\n${JSON.stringify(parsed.data, undefined, 2)}\n`;
}

const hostnameOf = (spec: EnvironmentSpec): string => spec.name.slice(0, 50).replace(/-+$/, '');

/** For people who look at `docker ps`; the id makes it the only one. */
export const containerName = (spec: EnvironmentSpec): string => `flotilla-${hostnameOf(spec)}-${spec.sessionId}`;

function configuration(parts: ConfigurationParts): unknown {
  const { spec, names, image, user } = parts;
  return {
    name: `Flotilla: ${spec.name}`,
    image,
    workspaceMount: volume(spec, names.workspaces, places.workspaces),
    workspaceFolder: spec.workspaceFolder,
    mounts: mounts(parts),
    runArgs: [...isolation(spec), ...network(parts), ...naming(parts)],
    containerEnv: variables(spec),
    containerUser: user,
    remoteUser: user,
    updateRemoteUserUID: false,
    userEnvProbe: 'none',
    overrideCommand: true,
    shutdownAction: 'none',
    // For the reader, and for whoever opens the container by other means. We run it ourselves (Environment.runSetup): the CLI marks a
    // hook as done before it runs. A command that the CLI would change is left out.
    postCreateCommand: spec.setup?.includes('${') === true ? undefined : spec.setup,
  };
}

function mounts({ spec, names, toolsVolume }: ConfigurationParts): string[] {
  const certificates = foreignCertificates(spec);
  return [
    volume(spec, names.claude, places.claude),
    mount('volume', toolsVolume, places.tools, 'readonly'),
    // A socket can be connected to all the same; what a session writes there would be on the host's own disk.
    mount('bind', spec.apiFolder, places.api, 'readonly'),
    ...(spec.objectsFolder === undefined ? [] : [mount('bind', spec.objectsFolder, places.objects, 'readonly')]),
    ...(certificates === undefined ? [] : [mount('bind', certificates, certificatesPath, 'readonly')]),
  ];
}

function isolation({ limits }: EnvironmentSpec): string[] {
  return [
    '--init',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    // Nothing of ours writes to it, and what a session sends to the first process's output would grow on the host without a limit.
    '--log-driver=none',
    `--memory=${limits.memory}`,
    // Equal to the memory: no swap on top of it.
    `--memory-swap=${limits.memory}`,
    `--cpus=${limits.cpus}`,
    `--pids-limit=${limits.pids}`,
  ];
}

const network = ({ spec, names }: ConfigurationParts): string[] => [
  `--network=${spec.network === 'none' ? 'none' : names.network}`,
];

function naming({ spec, names, user }: ConfigurationParts): string[] {
  const labels = {
    ...names.labels,
    [labelKeys.name]: spec.name,
    [labelKeys.description]: labelText.encode(spec.description),
    [labelKeys.workspaceFolder]: spec.workspaceFolder,
    [labelKeys.user]: user,
    ...(spec.setup === undefined ? {} : { [labelKeys.setup]: labelText.encode(spec.setup) }),
  };
  return [
    `--name=${containerName(spec)}`,
    `--hostname=${hostnameOf(spec)}`,
    ...Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`),
  ];
}

function variables(spec: EnvironmentSpec): Record<string, string> {
  return {
    CLAUDE_CONFIG_DIR: places.claude,
    DISABLE_AUTOUPDATER: '1',
    ...(foreignCertificates(spec) === undefined ? {} : trust),
    ...spec.variables,
  };
}

/** Our own image has them built in. */
const foreignCertificates = (spec: EnvironmentSpec): string | undefined =>
  spec.image === undefined ? undefined : spec.certificates;

/** A foreign image must not put files of its own into a volume, nor take back its owner. */
const volume = (spec: EnvironmentSpec, name: string, target: string): string =>
  spec.image === undefined ? mount('volume', name, target) : mount('volume', name, target, 'volume-nocopy');

/** Docker reads a mount as one line of CSV, so a path with a comma or a quote is quoted. */
function mount(type: 'bind' | 'volume', source: string, target: string, option?: 'readonly' | 'volume-nocopy'): string {
  const field = `source=${source}`;
  const quoted = /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return [`type=${type}`, quoted, `target=${target}`, ...(option === undefined ? [] : [option])].join(',');
}
