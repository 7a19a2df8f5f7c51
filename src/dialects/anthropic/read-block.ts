// Blocks of an answer of Anthropic's.
import type { Block, Citation } from '../../chat/request.ts';
import { isObject, own, type Json } from '../../chat/json.ts';
import { listAt, stringAt } from './values.ts';

export function readCitation(value: unknown): Citation[] {
  if (!isObject(value)) return [];
  const text = stringAt(value, 'cited_text');
  const url = stringAt(value, 'url');
  const title = stringAt(value, 'title') ?? stringAt(value, 'document_title');
  return [
    {
      ...(text === undefined ? {} : { text }),
      ...(url === undefined ? {} : { url }),
      ...(title === undefined ? {} : { title }),
      original: { dialect: 'anthropic', value },
    },
  ];
}

/** Arguments as text. Anthropic has an object; hosts that speak its dialect have text at times. */
export function argumentsOf(input: unknown): string {
  return typeof input === 'string' && input.trim() !== '' ? input : JSON.stringify(isObject(input) ? input : {});
}

export function otherBlock(kind: string, value: Json): Block {
  return { type: 'other', dialect: 'anthropic', kind, value };
}

export function readBlock(value: unknown): Block[] {
  if (!isObject(value)) return [];
  const kind = stringAt(value, 'type') ?? '';
  switch (kind) {
    case 'text': {
      const citations = listAt(value, 'citations').flatMap(readCitation);
      return [{ type: 'text', text: stringAt(value, 'text') ?? '', ...(citations.length === 0 ? {} : { citations }) }];
    }
    case 'thinking': {
      const signature = stringAt(value, 'signature') ?? '';
      return [
        {
          type: 'reasoning',
          text: stringAt(value, 'thinking') ?? '',
          ...(signature === '' ? {} : { signature: { dialect: 'anthropic', value: signature } }),
        },
      ];
    }
    case 'redacted_thinking':
      return [{ type: 'reasoning', text: '', redacted: true, signature: { dialect: 'anthropic', value: stringAt(value, 'data') ?? '' } }];
    case 'tool_use': {
      const id = stringAt(value, 'id') ?? '';
      const name = stringAt(value, 'name') ?? '';
      const args = argumentsOf(own(value, 'input'));
      return [{ type: 'tool-call', id: id === '' ? `toolu_${name}` : id, name, kind: 'function', arguments: args }];
    }
    default:
      return kind === '' ? [] : [otherBlock(kind, value)];
  }
}

/** Why a classifier refused, for people. */
export function refusalOf(details: Json | undefined): string | undefined {
  const text = details === undefined ? '' : (stringAt(details, 'explanation') ?? '');
  return text === '' ? undefined : text;
}
