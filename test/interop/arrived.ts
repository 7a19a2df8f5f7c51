// What must have reached the provider, whichever SDK asked.
import type { ProviderType } from '../../src/api/resources.ts';
import { THINKERS, type Json, type Stage } from '../surfaces/stage.ts';
import { TURNS, type Thinker } from '../surfaces/thoughts.ts';
import { understood, type Understood } from '../surfaces/wires.ts';
import { RESULT } from './scenarios.ts';
import type { Interop } from './stage.ts';

export const THINKING = Object.keys(THINKERS) as Thinker[];

/** The last conversation of a case, as its provider understands it. */
export function conversation(interop: Interop, name: string, type: ProviderType): Understood {
  const call = interop.lastCall(name, type);
  return understood({ provider: { calls: [call] }, asked: JSON.parse(call.body) as Json } as unknown as Stage, type);
}

/**
 * The same turns for an SDK of Google's dialect, whose results are objects with one member of the SDK's choice. Google gets the
 * object, providers that want text its JSON.
 */
export function unwrappedTurns(interop: Interop, name: string, type: ProviderType, member: string): Understood['turns'] {
  const { turns } = conversation(interop, name, type);
  const sent = interop.asked(name, type).at(-1)!['contents'] as Json[] | undefined;
  const objects = sent?.flatMap(({ parts }) => (parts as Json[]).flatMap(({ functionResponse: of }) => (of ? [of.response as Json] : [])));
  return turns.map(({ by, parts }) => ({
    by,
    parts: parts.map((part) => {
      if (!('result' in part)) return part;
      const object = objects?.shift() ?? (JSON.parse(part.result as string) as Json);
      return { ...part, result: object[member] as string };
    }),
  }));
}

/** The turns after the parallel calls of a script's two tools were answered in their order. */
export const LOOKED: Understood['turns'] = [
  { by: 'user', parts: [{ text: 'Hello' }] },
  {
    by: 'model',
    parts: [{ text: 'I look.' }, { call: 'look', args: { at: 'x' } }, { call: 'look', args: { at: 'y' } }, { call: 'now', args: {} }],
  },
  {
    by: 'user',
    parts: [
      { result: `${RESULT}: x`, of: 'look(x)' },
      { result: `${RESULT}: y`, of: 'look(y)' },
      { result: 'noon', of: 'now()' },
    ],
  },
];

/** The parts of the model's turn that its provider has signed or hidden, as they came back to it. */
export function signedParts(type: Thinker, body: Json): Json[] {
  if (type === 'Google') {
    const parts = (body['contents'] as Json[]).flatMap(({ parts }) => parts as Json[]);
    const signed = parts.filter((part) => part['thoughtSignature'] !== undefined);
    return signed.map(({ functionCall: { name, args }, thoughtSignature }) => ({ functionCall: { name, args }, thoughtSignature }));
  }
  const blocks = (body['messages'] as Json[]).filter(({ role }) => role === 'assistant').flatMap(({ content }) => content as Json[]);
  return blocks.filter((block) => block['reasoningContent'] !== undefined || /thinking/.test(String(block['type'])));
}

export const SIGNED: Record<Thinker, Json[]> = {
  Anthropic: TURNS.Anthropic.slice(0, 2),
  AWS: TURNS.AWS.slice(0, 2),
  Google: TURNS.Google.slice(2),
};
