// What was asked, by whom, of what, and what the provider has billed for it: what the sums of the product are held against.
import OpenAI from 'openai';
import { JUDGE_MODEL, type BillingProvider } from './billing-provider.ts';

/** A repository with its connection and a key. */
export interface Place {
  workspace: string;
  repo: string;
  llm: string;
  aiType: 'OTHER' | 'OPENAI';
  key: string;
}

/** What an ordinary policy makes of a request. */
export interface Finding {
  policy: string;
  severity: 'LOW' | 'MEDIUM' | 'HIGH';
  action: 0 | 1 | 2;
}

export interface Call extends Place {
  model: string;
  user: string;
  conversation: string;
  /** Of the Platform API, or of an application. */
  isChat: boolean;
  tokensIn: number;
  tokensOut: number;
  findings: Finding[];
}

export interface Sums {
  requests: number;
  tokensIn: number;
  tokensOut: number;
  violations: number;
  alerts: number;
  blocks: number;
}

export interface Said {
  prompt: string;
  model?: string;
  user?: string;
  conversation?: string;
  findings?: Finding[];
  /** Whether the answer is to come piece by piece. */
  isStreamed?: boolean;
}

export class Book {
  readonly #provider: BillingProvider;
  readonly calls: Call[] = [];

  constructor(provider: BillingProvider) {
    this.#provider = provider;
  }

  /** An application's call, by the SDK as it comes; resolves with the text, or with the error that the SDK throws. Counts either way. */
  async ask(
    place: Place,
    said: Said,
    { secret, baseURL }: { secret: string; baseURL: string },
  ): Promise<string | InstanceType<typeof OpenAI.APIError>> {
    const { prompt, model = 'small-1', user, conversation } = said;
    const metadata = {
      ...(user === undefined ? {} : { user_id: user }),
      ...(conversation === undefined ? {} : { conversation_id: conversation }),
    };
    const client = new OpenAI({ apiKey: secret, baseURL, maxRetries: 0 });
    const request = {
      model,
      messages: [{ role: 'user' as const, content: prompt }],
      ...(Object.keys(metadata).length === 0 ? {} : { store: true, metadata }),
    };
    const answer = async (): Promise<string> => {
      if (said.isStreamed !== true) return (await client.chat.completions.create(request)).choices[0]?.message.content ?? '';
      let text = '';
      for await (const { choices } of await client.chat.completions.create({ ...request, stream: true }))
        text += choices[0]?.delta.content ?? '';
      return text;
    };
    return this.count(place, said, false, () =>
      answer().catch((error: unknown) => {
        if (error instanceof OpenAI.APIError) return error;
        throw error;
      }),
    );
  }

  /** Writes down what `act` has cost. One at a time. */
  async count<T>(
    place: Place,
    { model = 'small-1', user = '', conversation = '', findings = [] }: Said,
    isChat: boolean,
    act: () => Promise<T>,
  ): Promise<T> {
    const before = this.#provider.receipts.length;
    const result = await act();
    const bill = this.#provider.receipts.slice(before).filter((receipt) => receipt.model !== JUDGE_MODEL);
    const { workspace, repo, llm, aiType, key } = place;
    const tokensIn = bill.reduce((sum, receipt) => sum + receipt.tokensIn, 0);
    const tokensOut = bill.reduce((sum, receipt) => sum + receipt.tokensOut, 0);
    this.calls.push({ workspace, repo, llm, aiType, key, model, user, conversation, findings, isChat, tokensIn, tokensOut });
    return result;
  }

  sums(which: (call: Call) => boolean = () => true): Sums {
    return sumsOf(this.calls.filter(which));
  }

  /** How many conversations there were. */
  conversations(which: (call: Call) => boolean): number {
    return new Set(this.calls.filter(which).flatMap(({ conversation }) => (conversation === '' ? [] : [conversation]))).size;
  }

  /** Sums by what calls have in common. */
  by(name: (call: Call) => string, which: (call: Call) => boolean = () => true): Record<string, Sums> {
    const groups = Object.entries(Object.groupBy(this.calls.filter(which), name));
    return Object.fromEntries(groups.map(([group, calls = []]) => [group, sumsOf(calls)]));
  }

  /** What judges have cost. */
  get judged(): { tokensIn: number; tokensOut: number } {
    const bill = this.#provider.receipts.filter(({ model }) => model === JUDGE_MODEL);
    return {
      tokensIn: bill.reduce((sum, { tokensIn }) => sum + tokensIn, 0),
      tokensOut: bill.reduce((sum, { tokensOut }) => sum + tokensOut, 0),
    };
  }
}

function sumsOf(calls: readonly Call[]): Sums {
  const findings = calls.flatMap((call) => call.findings);
  return {
    requests: calls.length,
    tokensIn: calls.reduce((sum, { tokensIn }) => sum + tokensIn, 0),
    tokensOut: calls.reduce((sum, { tokensOut }) => sum + tokensOut, 0),
    violations: findings.length,
    alerts: findings.filter(({ action }) => action > 0).length,
    blocks: findings.filter(({ action }) => action === 2).length,
  };
}
