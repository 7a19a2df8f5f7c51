// Parts of a caller's contents as blocks, one for one.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, Signature } from '../../chat/request.ts';
import type { CallIds } from './call-ids.ts';
import type { Fields } from './fields.ts';
import { readMedia, withDetail } from './read-media.ts';
import { readResult } from './read-result.ts';
import { readSignature } from './signature.ts';

/** Kinds of parts for which other dialects have no word. */
const OTHER_KINDS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];
function readCall(call: Fields, ids: CallIds, signature: Signature | undefined, losses: Losses): Block {
  const name = call.name('name');
  const id = ids.ofCall(call.text('id'), name);
  const args = JSON.stringify(call.object('args') ?? {});
  call.tellRest(losses);
  return { type: 'tool-call', kind: 'function', id, name, arguments: args, ...(signature === undefined ? {} : { signature }) };
}

export function readPart(part: Fields, ids: CallIds, losses: Losses): Block {
  const block = readKnown(part, ids, losses);
  part.tellRest(losses);
  return block;
}

function readKnown(part: Fields, ids: CallIds, losses: Losses): Block {
  const signatureAt = part.at('thoughtSignature');
  const value = part.text('thoughtSignature') ?? '';
  const { signature, redacted } = value === '' ? {} : readSignature(value);
  const signed = signature === undefined ? {} : { signature };
  const isThought = part.flag('thought') === true;
  const text = part.text('text');
  if (text !== undefined && isThought) return { type: 'reasoning', text, ...signed, ...(redacted === true ? { redacted } : {}) };
  if (text !== undefined) return { type: 'text', text, ...signed };
  const call = part.fields('functionCall');
  if (call !== undefined) return readCall(call, ids, signature, losses);
  const response = part.fields('functionResponse');
  if (response !== undefined) return readResult(response, ids, losses);
  for (const kind of OTHER_KINDS) {
    const other = part.object(kind);
    if (other === undefined) continue;
    const value = { [kind]: other, ...(signature === undefined ? {} : { thoughtSignature: signature.value }) };
    return { type: 'other', dialect: 'google', kind, value };
  }
  const media = readMedia(part, losses);
  if (media !== undefined) {
    if (signature !== undefined) losses.add(signatureAt);
    return withDetail(media, part, losses);
  }
  // A signature that belongs to nothing else stands on a part of its own.
  if (signature !== undefined) return { type: 'text', text: '', signature };
  throw new RequestError(part.path, `${part.path} must have one of text, inlineData, fileData, functionCall and functionResponse.`);
}
