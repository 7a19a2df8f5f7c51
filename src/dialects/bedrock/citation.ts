// What an answer cites.
import type { Citation } from '../../chat/request.ts';
import { asList, asRecord, asText, member } from './json.ts';

export function readCitation(value: unknown): Citation {
  const citation = asRecord(value);
  const text = asList(citation?.['sourceContent']).map((part) => asText(asRecord(part)?.['text']) ?? '').join('');
  const url = asText(member(member(citation, 'location'), 'web')?.['url']);
  const title = asText(citation?.['title']);
  return {
    ...(text === '' ? {} : { text }),
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    original: { dialect: 'bedrock', value },
  };
}
