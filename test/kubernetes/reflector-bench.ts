// A reflector of Repositories on a fake API server, for the two tests of it.
import { expect } from 'vitest';
import type { Change } from '../../src/kubernetes/object-cache.ts';
import type { KubeObject } from '../../src/kubernetes/objects.ts';
import { Reflector, type ReflectorOptions } from '../../src/kubernetes/reflector.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { FakeClock, clientOf, recordingLogger, type LogLine, eventually } from './fixture.ts';

const COLLECTION = '/apis/ai.flashback.tech/v1alpha1/repositories';

/** Path of a Repository. */
export const path = (name: string): string => `/apis/ai.flashback.tech/v1alpha1/namespaces/team/repositories/${name}`;

export interface Reflection {
  reflector: Reflector<KubeObject>;
  /** Changes so far, as "added a". */
  seen: string[];
  lines: LogLine[];
  run: Promise<void>;
}

export class ReflectorBench {
  readonly server: FakeApiServer;
  readonly clock = new FakeClock();
  readonly stop = new AbortController();
  readonly #runs: Promise<void>[] = [];

  constructor(server: FakeApiServer) {
    this.server = server;
  }

  static async open(): Promise<ReflectorBench> {
    return new ReflectorBench(await FakeApiServer.start());
  }

  async close(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.#runs);
    await this.server.stop();
  }

  reflect(options: Partial<ReflectorOptions<KubeObject>> = {}): Reflection {
    const seen: string[] = [];
    const { logger, lines } = recordingLogger();
    const reflector = new Reflector<KubeObject>({
      client: clientOf(this.server.url),
      kind: 'Repository',
      path: COLLECTION,
      keep: (object) => object,
      onChange: (change: Change<KubeObject>) => seen.push(`${change.type} ${change.object.metadata.name}`),
      clock: this.clock,
      random: () => 0.5,
      logger,
      ...options,
    });
    const run = reflector.run(this.stop.signal);
    this.#runs.push(run);
    return { reflector, seen, lines, run };
  }

  get lists(): number {
    return this.server.requests.filter(({ watch }) => !watch).length;
  }

  get watches(): number {
    return this.server.requests.filter(({ watch }) => watch).length;
  }

  /** Waits until the reflector pauses before its next turn, and says for how long. The safety relist is longer than any pause. */
  async nextPause(): Promise<number> {
    await eventually(() => expect(this.clock.waiting.filter((ms) => ms <= 150_000)).toHaveLength(1));
    return this.clock.waiting[0] ?? 0;
  }
}
