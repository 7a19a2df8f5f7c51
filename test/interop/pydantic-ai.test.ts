// The Python package `pydantic-ai`, with its models over every API, against every type of provider.
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { THOUGHT } from '../surfaces/thoughts.ts';
import { TOKENS, WORDS } from '../surfaces/upstreams.ts';
import { conversation, LOOKED, SIGNED, signedParts, THINKING, unwrappedTurns } from './arrived.ts';
import { DONE, PLACE, PNG, type Scenario } from './scenarios.ts';
import { Interop, TYPES, type Script } from './stage.ts';

const OF_EACH: [string, Scenario][] = [
  ['', 'says'],
  ['_as_stream', 'says'],
  ['_tools', 'looks'],
  ['_tools_as_stream', 'looks'],
  ['_fill', 'fills'],
  ['_fill_natively', 'fills'],
  ['_picture', 'says'],
  ['_breaks', 'breaks'],
  ['_hangs_up', 'hangs up'],
  ['_thoughts', 'thinks'],
  ['_thoughts_as_stream', 'thinks'],
  ['_refused_400', 'refuses with 400'],
  ['_refused_401', 'refuses with 401'],
  ['_refused_429', 'refuses with 429'],
];
const APIS = ['chat', 'responses', 'messages', 'contents'];
/** Its model over chat completions sends no thoughts back. */
const HAS_THOUGHTS = APIS.filter((api) => api !== 'chat');

/**
 * Over Google's API it does not bring hidden thoughts back: it drops those without words, and as a stream it gives their signature to
 * the thought before them.
 */
const bringsHidden = (api: string): boolean => api !== 'contents';

const SCRIPT: Script = {
  file: 'pydantic_ai_client.py',
  cases: Object.fromEntries(
    APIS.flatMap((api) =>
      OF_EACH.filter(([what]) => !what.startsWith('_thoughts') || HAS_THOUGHTS.includes(api)).map(([what, scenario]) => [
        api + what,
        scenario === 'thinks' && !bringsHidden(api) ? 'thinks aloud' : scenario,
      ]),
    ),
  ),
};

let interop: Interop;
beforeAll(async () => {
  interop = await Interop.run(SCRIPT);
});

it('the script has every case', () => {
  expect(interop.cases).toEqual(Object.keys(SCRIPT.cases));
});

it('says nothing that a provider cannot take, except that calls must keep to the schemas of its functions', () => {
  const types = TYPES.filter((type) => type !== 'Google');
  const names = ['tools', 'tools_as_stream', 'thoughts', 'thoughts_as_stream'];
  expect(interop.lossy).toEqual(types.flatMap((type) => names.map((name) => `contents_${name}.${type}`)));
});

describe.each(APIS)('by the API of %s', (api) => {
  describe.each(TYPES)('a provider of type %s', (type: ProviderType) => {
    it.each(['', '_as_stream'])('is heard, with its tokens (%s)', (how) => {
      expect(interop.heard(api + how, type)).toEqual({ text: WORDS, calls: [], finish: 'stop', tokens: TOKENS });
    });

    it.each(['_tools', '_tools_as_stream'])('gets the results of parallel calls in their order (%s)', (how) => {
      expect(interop.heard(api + how, type)).toMatchObject({ text: DONE });
      const name = api + how;
      const turns = api === 'contents' ? unwrappedTurns(interop, name, type, 'return_value') : conversation(interop, name, type).turns;
      expect(turns).toEqual(LOOKED);
    });

    it.each(['_fill', '_fill_natively'])('fills the form of a pydantic model (%s)', (how) => {
      expect(interop.heard(api + how, type)).toEqual(PLACE);
      expect(interop.lastCall(api + how, type).body).toMatch(/people/);
    });

    it('sees an image', () => {
      expect(interop.heard(`${api}_picture`, type)).toMatchObject({ text: WORDS });
      expect(interop.lastCall(`${api}_picture`, type).body).toContain(PNG);
    });

    it.each([
      ['_refused_400', 400],
      ['_refused_401', 502],
      ['_refused_429', 429],
    ])('is told of when it refuses (%s)', (how, status) => {
      const message = expect.stringContaining('What went wrong.') as string;
      expect(interop.raised(api + how, type)).toMatchObject({ status_code: status, message });
    });

    it.each([
      ['_breaks', 'It broke.'],
      ['_hangs_up', 'stopped in the middle of its answer'],
    ])('is told of when it fails in the middle of a stream (%s)', (how, message) => {
      expect(interop.heard(api + how, type)).toEqual({
        text: 'Well',
        raised: expect.objectContaining({ message: expect.stringContaining(message) as string }) as unknown,
      });
    });
  });
});

describe.each(HAS_THOUGHTS)('by the API of %s', (api) => {
  const cases = THINKING.flatMap((type) => ['_thoughts', '_thoughts_as_stream'].map((how) => ({ type, how })));
  it.each(cases)('thoughts of a provider of type $type are shown, and come back as they were signed ($how)', ({ type, how }) => {
    expect(interop.heard(api + how, type)).toMatchObject({ thought: THOUGHT, text: DONE });
    expect(signedParts(type, interop.asked(api + how, type).at(-1)!)).toEqual(bringsHidden(api) ? SIGNED[type] : SIGNED[type].slice(0, 1));
  });
});
