// The judges of this gateway: models of connections that it holds anyway, asked directly and not through its own front door, so that a judge
// never judges itself.
import { randomInt } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { CircuitBreaker } from '../../policy/judge/breaker.ts';
import { ModelJudge, type Ask } from '../../policy/judge/model-judge.ts';
import { FAILURES, type Asker, type Judge } from '../../policy/types.ts';
import type { GatewayMetrics } from '../../telemetry/metrics.ts';
import type { SnapshotPolicy } from '../../snapshot/snapshot.ts';
import { questionTo, readReply, type QuestionReply } from '../../providers/question.ts';
import { signedHeaders } from '../dispatch.ts';
import { newId } from '../new-id.ts';
import type { Tables, Upstream } from '../tables.ts';
import { Retention } from './retention.ts';

export interface JudgesOptions {
  tables: () => Tables | undefined;
  clock: Clock;
  metrics: GatewayMetrics;
  hash(text: string): string;
  /** Headers that tell a gateway that this is a judge's question, as a flat list of name, value. */
  mark(body: Buffer | string, asker: Asker): readonly string[];
  onCredentialRejected(llm: string): void;
}

export class Judges {
  readonly #options: JudgesOptions;
  /** Kept from snapshot to snapshot, with what is known about their health. */
  readonly #judges = new Map<string, Judge>();
  readonly #retention = new Retention();

  constructor(options: JudgesOptions) {
    this.#options = options;
  }

  /** Undefined: the policy names none, or one that is not served now. */
  of({ judge }: SnapshotPolicy): Judge | undefined {
    const { llm, model } = judge ?? {};
    if (llm === undefined || model === undefined || this.#options.tables()?.upstreams.has(llm) !== true) return undefined;
    const name = `${llm}/${model}`;
    let known = this.#judges.get(name);
    if (known === undefined) this.#judges.set(name, (known = this.#make(name, llm, model)));
    return known;
  }

  /** Call on every new snapshot with its policies. `now`: milliseconds since the epoch. */
  retain(policies: readonly SnapshotPolicy[], now: number): void {
    const { metrics } = this.#options;
    const present = new Set(policies.map(({ judge }) => `${judge?.llm ?? ''}/${judge?.model ?? ''}`));
    for (const judge of this.#retention.due(this.#judges.keys(), present, now)) {
      this.#judges.delete(judge);
      for (const direction of ['input', 'output']) metrics.flashback_judge_tokens_total.remove({ judge, direction });
      metrics.flashback_judge_duration_seconds.remove({ judge });
      for (const reason of FAILURES) metrics.flashback_judge_errors_total.remove({ judge, reason });
    }
  }

  #make(name: string, llm: string, model: string): Judge {
    const { clock, hash } = this.#options;
    const chance = { random: (below: number) => randomInt(below), token: newId };
    return this.#measured(new ModelJudge({ name, clock, hash, chance, breaker: new CircuitBreaker(clock), ask: this.#askFor(llm, model) }), name);
  }

  #measured(judge: Judge, name: string): Judge {
    const { clock, metrics } = this.#options;
    return {
      id: judge.id,
      judge: async (question) => {
        const startedAt = clock.monotonic();
        const said = await judge.judge(question);
        metrics.flashback_judge_tokens_total.inc({ judge: name, direction: 'input' }, said.usage?.inputTokens ?? 0);
        metrics.flashback_judge_tokens_total.inc({ judge: name, direction: 'output' }, said.usage?.outputTokens ?? 0);
        const failed = said.verdicts.find((verdict) => verdict.outcome === 'failed');
        // A caller that has left says nothing about the judge, and a judge that was not asked has not taken any time.
        if (failed?.failure === 'aborted') return said;
        if (failed?.failure !== 'judge_circuit_open') {
          metrics.flashback_judge_duration_seconds.observe({ judge: name }, (clock.monotonic() - startedAt) / 1000);
        }
        if (failed !== undefined) metrics.flashback_judge_errors_total.inc({ judge: name, reason: failed.failure });
        return said;
      },
    };
  }

  #askFor(llm: string, model: string): Ask {
    return async (question, signal, asker) => {
      const upstream = this.#options.tables()?.upstreams.get(llm);
      if (upstream === undefined) throw new Error(`${llm} is not served any more`);
      return ask(upstream, question, model, signal, asker, this.#options);
    };
  }
}

/** One question to a provider of any dialect, asked and answered in OpenAI's. */
async function ask(
  upstream: Upstream,
  body: Record<string, unknown>,
  model: string,
  signal: AbortSignal,
  asker: Asker,
  { clock, mark, onCredentialRejected }: JudgesOptions,
): Promise<QuestionReply> {
  const { provider, settings, secrets } = upstream;
  const request = questionTo(settings.endpoint, model, body);
  const made = provider.toRequest(request);
  const headers = [...(await signedHeaders(upstream, made, onCredentialRejected)), ...mark(made.body, asker)];
  const answer = await upstream.pool.request({
    path: upstream.basePath + made.path,
    method: 'POST',
    headers,
    body: made.body,
    headersTimeout: settings.timeouts.response,
    bodyTimeout: settings.timeouts.idle,
    signal,
  });
  return readReply(provider, answer, { request, upstream: made, secrets, created: Math.floor(clock.now() / 1000), newId });
}
