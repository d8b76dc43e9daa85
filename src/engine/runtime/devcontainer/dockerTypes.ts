import { z } from 'zod';

/** A container as a list shows it. */
export interface ContainerPart {
  readonly id: string;
  readonly name: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly state: string;
  /** As the container was made with. */
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface VolumePart {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601; not every daemon tells it. */
  readonly createdAt: string | undefined;
}

/** An image as a list shows it. */
export interface ImagePart {
  readonly id: string;
  readonly tags: readonly string[];
  /** With the layers that it shares with others. */
  readonly bytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerDetails {
  readonly running: boolean;
  readonly exitCode: number;
  /** It is being removed, which may take a while after its end. */
  readonly leaving: boolean;
  /** Bytes; 0 is no limit. */
  readonly memory: number;
}

export interface ImageDetails {
  readonly id: string;
  /** Empty when the image names none, which is root. */
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ExecRequest {
  readonly command: readonly string[];
  /** `KEY=value`. */
  readonly variables: readonly string[];
  readonly cwd: string;
  readonly user: string;
  readonly tty: boolean;
}

/** A container of our own that does one thing as root and is removed. It has no network. */
export interface HelperRequest {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Mounted writable, and made with these labels when they are not there yet. */
  readonly volumes: readonly {
    readonly name: string;
    readonly path: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly capabilities: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What a build tells while it is under way. */
export const buildMessage = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
});
