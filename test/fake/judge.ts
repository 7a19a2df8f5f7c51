// A model behind OpenAI's API that judges: what holds one of its words violates every policy. It finds canaries, as a judge must.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeJudge {
  /** With the version path. */
  url: string;
  /** Values of the header authorization. */
  credentials: (string | undefined)[];
  close(): Promise<void>;
}

interface Asked {
  messages: { content: string }[];
}

async function readJson(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Asked;
}

function judgementOf({ messages: [system, user] }: Asked, words: readonly string[]): object {
  const { nonce, parts } = JSON.parse(user!.content) as { nonce: string; parts: { i: number; text: string }[] };
  const results = [...system!.content.matchAll(/^## (P\d+)\nRule: (.*)$/gm)].map(([, policy, rule]) => {
    const canary = /must not hold the word (\w+)/.exec(rule!)?.[1];
    const wanted = canary === undefined ? words : [canary];
    const guilty = parts.find(({ text }) => wanted.some((word) => text.includes(word)));
    const evidence = wanted.find((word) => guilty?.text.includes(word)) ?? '';
    return { policy, verdict: guilty === undefined ? 'allowed' : 'violates', part: guilty?.i ?? -1, evidence };
  });
  return { nonce, results };
}

/** Listens on a free port of this machine. `status`: of every answer. */
export async function startFakeJudge(words: readonly string[], status = 200): Promise<FakeJudge> {
  const credentials: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    credentials.push(request.headers.authorization);
    void readJson(request).then((asked) => {
      const content = JSON.stringify(judgementOf(asked, words));
      response.writeHead(status, { 'content-type': 'application/json' });
      const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }];
      response.end(
        JSON.stringify({
          id: 'c',
          object: 'chat.completion',
          created: 0,
          model: 'judge',
          choices,
          usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    credentials,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
