// Where the story takes place: an operator with everything switched on, one gateway, a provider that bills, somebody who is told of alerts,
// and the accounts of two workspaces.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { receiver, type ReceiverStand } from '../../alerts/receiver.ts';
import { freePort } from '../harness/ports.ts';
import { PEOPLE, PlatformClient } from '../stack/platform-client.ts';
import { aggregateRoles } from '../stack/roles.ts';
import { eventually, Stack, type GatewayProcess, type OperatorProcess } from '../stack/stack.ts';
import { JUDGE_MODEL, startBillingProvider, type BillingProvider } from './billing-provider.ts';
import { Book } from './book.ts';

export const SECRET = 'provider-canary-77c1e0';
export const TEAM = 'team-a';
/** Where the judge has a place of its own, and there is other traffic to be told apart from that of the team. */
export const OTHERS = 'team-b';
/** Of the service account that the story is told of. */
export const EDITOR = `system:serviceaccount:${PEOPLE}:editor`;
export const WINDOW_SECONDS = 10;

export class World {
  readonly stack: Stack;
  readonly provider: BillingProvider;
  readonly receiver: ReceiverStand;
  readonly platform: PlatformClient;
  readonly signingKey: string;
  readonly book: Book;
  operator: OperatorProcess;
  readonly #operatorArguments: readonly string[];
  readonly gateway: GatewayProcess;

  private constructor(
    parts: Pick<World, 'stack' | 'provider' | 'receiver' | 'platform' | 'signingKey' | 'operator' | 'gateway'>,
    operatorArguments: readonly string[],
  ) {
    this.#operatorArguments = operatorArguments;
    this.stack = parts.stack;
    this.provider = parts.provider;
    this.receiver = parts.receiver;
    this.platform = parts.platform;
    this.signingKey = parts.signingKey;
    this.operator = parts.operator;
    this.gateway = parts.gateway;
    this.book = new Book(parts.provider);
  }

  static async start(): Promise<World> {
    const [stack, provider, told] = await Promise.all([Stack.start(inject('kubectl'), 1), startBillingProvider(SECRET), receiver()]);
    const port = await freePort();
    const platform = new PlatformClient(`http://127.0.0.1:${port}`);
    await aggregateRoles(stack.kubectl);
    for (const namespace of [PEOPLE, TEAM, OTHERS]) await stack.kubectl(['create', 'namespace', namespace]);
    await platform.account(stack.kubectl, 'viewer', ['rolebinding', 'viewer', '--clusterrole=view', '-n', TEAM]);
    await platform.account(stack.kubectl, 'editor', ['rolebinding', 'editor', '--clusterrole=edit', '-n', TEAM]);
    await platform.account(stack.kubectl, 'chief', ['rolebinding', 'chief', '--clusterrole=admin', '-n', TEAM]);
    await platform.account(stack.kubectl, 'stranger', ['rolebinding', 'stranger', '--clusterrole=edit', '-n', OTHERS]);
    await platform.account(stack.kubectl, 'administrator', ['clusterrolebinding', 'administrator', '--clusterrole=cluster-admin']);
    const signingKey = await writeFiles(stack.directory, told.url);
    const operatorArguments = [
      `--ledger-url=${join(stack.directory, 'ledger.sqlite')}`,
      `--platform-api-port=${port}`,
      `--conversation-keys=${join(stack.directory, 'conversation-keys')}`,
      `--alerts-config=${join(stack.directory, 'alerts.yaml')}`,
      `--default-judge-llm=${OTHERS}/judge`,
      `--default-judge-model=${JUDGE_MODEL}`,
    ];
    const operator = await stack.startOperator(operatorArguments);
    await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
    const gateway = await stack.startGateway(0, ['--ledger-dir', join(stack.directory, 'spool')]);
    await answers(platform);
    return new World({ stack, provider, receiver: told, platform, signingKey, operator, gateway }, operatorArguments);
  }

  /** Kills the operator; resolves when another one leads. */
  async replaceOperator(): Promise<void> {
    await this.operator.stop('SIGKILL');
    this.operator = await this.stack.startOperator(this.#operatorArguments);
    await answers(this.platform);
  }

  /** Body of a call that has to succeed. */
  async ok(who: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const reply = await this.platform.call(who, method, path, body);
    if (reply.status !== 200 || reply.body['success'] !== true) {
      throw new Error(`${method} ${path} answered ${who} with ${reply.status}: ${JSON.stringify(reply.body)}`);
    }
    return reply.body;
  }

  /** The list in a GET answer that has one. */
  async list(who: string, path: string): Promise<Record<string, unknown>[]> {
    const found = Object.values(await this.ok(who, 'GET', path)).find((value) => Array.isArray(value));
    if (found === undefined) throw new Error(`GET ${path} answered without a list`);
    return found as Record<string, unknown>[];
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    await Promise.all([this.provider.close(), this.receiver.close()]);
  }
}

/** The ledger is opened beside the work, so the rest may answer earlier. */
const answers = (platform: PlatformClient): Promise<true> =>
  eventually('the Platform API with its ledger', async () => {
    const { status } = await platform.call('administrator', 'GET', '/aistats/daily');
    return status === 200 || undefined;
  });

/** What the operator is given in files; resolves with the key of the signature. */
async function writeFiles(directory: string, url: string): Promise<string> {
  const signingKey = randomBytes(32).toString('hex');
  await writeFile(join(directory, 'signing-key'), signingKey);
  await writeFile(join(directory, 'conversation-keys'), `k1:${randomBytes(32).toString('base64')}\n`);
  const receivers = [{ name: 'security', type: 'webhook', url, signingKeyFile: 'signing-key' }];
  await writeFile(join(directory, 'alerts.yaml'), JSON.stringify({ window: `${WINDOW_SECONDS}s`, receivers }));
  return signingKey;
}
