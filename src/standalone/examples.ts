// How to try a key, in shell commands that can be pasted: with curl, and with the SDK of the vendor. Pure.
import type { KeyType } from '../api/resources.ts';

export interface Example {
  type: KeyType;
  /** File of the key, relative to where the person is. */
  path: string;
  model: string;
}

interface Recipe {
  /** Base URL and path, for curl: quoted. */
  url(model: string): string;
  headers: readonly string[];
  body(model: string): object;
  /** What to install. */
  sdk: string;
  script(model: string): string[];
}

const HELLO = 'Hello!';
const CONVERSATION = [{ role: 'user', content: HELLO }];

const RECIPES: Readonly<Record<KeyType, Recipe>> = {
  OpenAI: {
    url: () => '"$OPENAI_BASE_URL/chat/completions"',
    headers: ['Authorization: Bearer $OPENAI_API_KEY'],
    body: (model) => ({ model, messages: CONVERSATION }),
    sdk: 'openai',
    script: (model) => [
      'import OpenAI from "openai";',
      `const chat = await new OpenAI().chat.completions.create(${JSON.stringify({ model, messages: CONVERSATION })});`,
      'console.log(chat.choices[0].message.content);',
    ],
  },
  Anthropic: {
    url: () => '"$ANTHROPIC_BASE_URL/v1/messages"',
    headers: ['x-api-key: $ANTHROPIC_API_KEY', 'anthropic-version: 2023-06-01'],
    body: (model) => ({ model, max_tokens: 1024, messages: CONVERSATION }),
    sdk: '@anthropic-ai/sdk',
    script: (model) => [
      'import Anthropic from "@anthropic-ai/sdk";',
      `const message = await new Anthropic().messages.create(${JSON.stringify({ model, max_tokens: 1024, messages: CONVERSATION })});`,
      'console.log(message.content.find(({ type }) => type === "text")?.text);',
    ],
  },
  Google: {
    url: (model) => `"$GOOGLE_GEMINI_BASE_URL/v1beta/models/"${shellQuote(`${encodePath(model)}:generateContent`)}`,
    headers: ['x-goog-api-key: $GEMINI_API_KEY'],
    body: () => ({ contents: [{ role: 'user', parts: [{ text: HELLO }] }] }),
    sdk: '@google/genai',
    script: (model) => [
      'import { GoogleGenAI } from "@google/genai";',
      `const answer = await new GoogleGenAI({}).models.generateContent(${JSON.stringify({ model, contents: HELLO })});`,
      'console.log(answer.text);',
    ],
  },
};

/** As the SDK does it: a slash in the name of a model stays one. */
function encodePath(model: string): string {
  return model.split('/').map(encodeURIComponent).join('/');
}

function shellQuote(text: string): string {
  return /^[A-Za-z0-9_./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A path that the dot command takes as a path: without a slash it would search PATH. */
function sourcePath(path: string): string {
  return shellQuote(path.includes('/') ? path : `./${path}`);
}

/** Lines that say how to try a key. */
export function snippets({ type, path, model }: Example): string[] {
  const { url, headers, body, sdk, script } = RECIPES[type];
  const source = `set -a; . ${sourcePath(path)}; set +a`;
  return [
    'Try it in another terminal, in this directory:',
    '',
    source,
    [
      [`curl ${url(model)}`, ...headers.map((header) => `-H "${header}"`)].join(' '),
      `  -H "Content-Type: application/json" -d ${shellQuote(JSON.stringify(body(model)))}`,
    ].join(' \\\n'),
    '',
    `The same with the ${type} SDK (npm install ${sdk}):`,
    '',
    source,
    `node --input-type=module -e ${shellQuote(`\n${script(model).join('\n')}\n`)}`,
  ];
}
