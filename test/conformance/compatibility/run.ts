// Asks every provider for every feature by every surface, and writes docs/compatibility.md from what comes of it.
import type { ProviderType } from '../../../src/api/resources.ts';
import { json } from '../../fake/provider.ts';
import { RESPONSES, UPSTREAMS } from '../../surfaces/upstreams.ts';
import { startBench, type Bench } from '../bench.ts';
import type { Api } from '../recordings.ts';
import { asJson, asText } from '../said.ts';
import { CALLER_DIALECTS, READERS, type SurfaceApi } from '../surfaces.ts';
import { ANSWERS, CALLS, SIGNATURE, TOKENS, URL } from './answers.ts';
import { FEATURES, QUESTIONS } from './questions.ts';
import { writePage, type Cell, type Matrix } from './page.ts';

/** What the columns stand for. More than one model where the provider's own models differ. */
export const COLUMNS: readonly { type: ProviderType; models: readonly string[]; api: Exclude<Api, 'openai.responses'> }[] = [
  { type: 'OpenAI', models: ['gpt-4.1', 'gpt-5-mini'], api: 'openai.chat' },
  { type: 'Other', models: ['llama-3.3-70b'], api: 'openai.chat' },
  { type: 'Anthropic', models: ['claude-sonnet-4-5'], api: 'anthropic.messages' },
  { type: 'Google', models: ['gemini-2.5-flash'], api: 'google' },
  { type: 'AWS', models: ['anthropic.claude-sonnet-4-5-v1:0', 'amazon.nova-lite-v1:0'], api: 'bedrock' },
];
type Column = (typeof COLUMNS)[number];

const isNative = (surface: SurfaceApi, { type, api }: Column): boolean =>
  surface === api || (surface === 'openai.responses' && type === 'OpenAI');

/** The same message for all blocks of a kind: where it stands in the question is of no interest. */
const withoutPlaces = (names: string): string => names.replaceAll(/\[\d+\]/g, '[]');

async function askFor(bench: Bench, surface: SurfaceApi, column: Column, question: object): Promise<Cell> {
  const notes = new Map<string, string[]>();
  const note = (text: string, model: string): unknown => notes.set(text, [...(notes.get(text) ?? []), model]);
  for (const model of column.models) {
    bench.answer(json(200, ANSWERS[column.api]));
    const body = surface === 'google' ? question : { model, ...question };
    const { status, headers, body: text } = await bench.ask(CALLER_DIALECTS[surface], model, false, body);
    const lost = asText(headers['x-flashback-dropped']);
    // What is lost of the answer is another row.
    const ofQuestion = lost.split(', ').filter((name) => name !== '' && !/^(?:choices|content\[|output|candidates)/.test(name));
    if (status !== 200) note(`refused with ${status}: ${asText(asJson(asJson(JSON.parse(text))['error'])['message'])}`, model);
    else if (ofQuestion.length > 0) note(`not taken; \`x-flashback-dropped\` names \`${withoutPlaces(ofQuestion.join('`, `'))}\``, model);
  }
  if (notes.size === 0) return 'yes';
  const told = [...notes].map(([text, models]) => (models.length === column.models.length ? text : `${text} (${models.join(', ')})`));
  return { holds: [...notes.values()].flat().length < column.models.length, note: told.join('; ') };
}

async function hear(bench: Bench, surface: SurfaceApi, column: Column): Promise<Record<string, Cell>> {
  const [model = ''] = column.models;
  bench.answer(json(200, ANSWERS[column.api]));
  const reply = await bench.ask(CALLER_DIALECTS[surface], model, false);
  const heard = READERS[surface](Buffer.from(reply.body), false);
  const given = READERS[column.api](Buffer.from(JSON.stringify(ANSWERS[column.api])), false);
  const [choice] = heard.choices;
  const dropped = asText(reply.headers['x-flashback-dropped']).split(', ');
  const note = (what: string, word: RegExp): Cell => {
    const name = dropped.find((one) => word.test(one));
    const why =
      name === undefined ? 'the dialect of the caller has no place for them' : `\`x-flashback-dropped\` names \`${withoutPlaces(name)}\``;
    return { holds: false, note: `${what} are not told: ${why}` };
  };
  const carried = heard.signatures.flatMap((value) => [value, Buffer.from(value, 'base64').toString('utf8')]);
  const calls = (choice?.blocks ?? []).flatMap((block) => (block.kind === 'call' ? [block.name] : []));
  const thoughts = choice?.blocks.some(({ kind }) => kind === 'thought') === true;
  const verdict = (holds: boolean, what: string, word = /^$/): Cell => (holds ? 'yes' : note(what, word));
  return {
    'calls of tools in answers': verdict(JSON.stringify(calls) === JSON.stringify(CALLS), 'calls'),
    'reasoning in answers': verdict(thoughts, 'thoughts'),
    signatures: verdict(
      carried.some((value) => value.includes(SIGNATURE)),
      'signatures',
    ),
    'logprobs in answers':
      (given.choices[0]?.logprobs.length ?? 0) === 0 ? 'none' : verdict((choice?.logprobs.length ?? 0) > 0, 'log probabilities', /logprob/),
    usage: verdict(
      heard.tokens?.input === TOKENS.input && heard.tokens.output === TOKENS.output && heard.tokens.cached === TOKENS.cached,
      'tokens',
    ),
    citations: verdict(heard.cited.includes(URL), 'citations', /citation|annotation/),
  };
}

async function fail(bench: Bench, surface: SurfaceApi, column: Column): Promise<Cell> {
  bench.answer(json(400, { error: { message: 'So not.' }, message: 'So not.' }));
  const reply = await bench.ask(CALLER_DIALECTS[surface], column.models[0]!, false);
  const said = asText(asJson(asJson(JSON.parse(reply.body))['error'])['message']);
  return reply.status === 400 && said === 'So not.' ? 'yes' : { holds: false, note: `answered with ${reply.status}: ${said}` };
}

async function stream(bench: Bench, surface: SurfaceApi, column: Column): Promise<Cell> {
  const native = surface === 'openai.responses' && column.type === 'OpenAI';
  const upstream = native ? RESPONSES : UPSTREAMS[column.type];
  bench.answer((response) => {
    response.writeHead(200, { 'content-type': upstream.streamType });
    response.end(upstream.stream('call'));
  });
  const reply = await bench.ask(CALLER_DIALECTS[surface], column.models[0]!, true);
  const heard = READERS[surface](Buffer.from(reply.body), true);
  const given = READERS[native ? 'openai.responses' : column.api](upstream.stream('call'), true);
  const same = JSON.stringify(heard.choices[0]?.blocks) === JSON.stringify(given.choices[0]?.blocks);
  return same ? 'yes' : { holds: false, note: 'differs from the whole answer' };
}

async function cellsOf(bench: Bench, surface: SurfaceApi, column: Column): Promise<Record<string, Cell>> {
  const cells: Record<string, Cell> = {};
  for (const feature of FEATURES) {
    const question = QUESTIONS[surface](feature);
    cells[feature] = question === undefined ? 'none' : isNative(surface, column) ? 'as is' : await askFor(bench, surface, column, question);
  }
  const heard = await (isNative(surface, column) ? Promise.resolve({}) : hear(bench, surface, column));
  for (const row of ANSWER_ROWS) cells[row] = (heard as Record<string, Cell>)[row] ?? 'as is';
  if (!/logprob/i.test(JSON.stringify(ANSWERS[column.api]))) cells['logprobs in answers'] = 'none';
  return { ...cells, errors: await fail(bench, surface, column), streams: await stream(bench, surface, column) };
}

const ANSWER_ROWS = ['calls of tools in answers', 'reasoning in answers', 'signatures', 'logprobs in answers', 'usage', 'citations'];
export const ROWS = [...FEATURES, ...ANSWER_ROWS, 'errors', 'streams'];

/** The page, from a run of its own. */
export async function makePage(): Promise<string> {
  const bench = await startBench();
  try {
    const matrices: Matrix[] = [];
    for (const surface of Object.keys(CALLER_DIALECTS) as SurfaceApi[]) {
      const columns = [];
      for (const column of COLUMNS) columns.push({ ...column, cells: await cellsOf(bench, surface, column) });
      matrices.push({ surface, columns });
    }
    return writePage(matrices, ROWS);
  } finally {
    await bench.close();
  }
}
