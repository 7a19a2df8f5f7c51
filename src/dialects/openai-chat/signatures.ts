// Where signatures stand in this dialect. It has no field for them, so the conventions of OpenRouter (reasoning_details) and Google
// (extra_content) are used: `format` is the name of the dialect whose signature it is. A detail of any other format is a provider's
// own and is kept whole.
import type { ReasoningBlock, DialectName, Signature } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';

const DIALECTS: ReadonlySet<string> = new Set<DialectName>(['openai-chat', 'openai-responses', 'anthropic', 'google', 'bedrock']);

function isDialect(name: unknown): name is DialectName {
  return typeof name === 'string' && DIALECTS.has(name);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The value is the detail itself, since servers want all of its members back; `words`: where they are not in the block. */
function ownSignature(detail: Json, words: 'in block' | 'in signature' = 'in block'): Signature | undefined {
  const { index: _index, ...all } = detail;
  const { text: _text, summary: _summary, ...others } = all;
  const rest = words === 'in block' ? others : all;
  const isPlain = detail['type'] === 'reasoning.text' || detail['type'] === undefined;
  if (isPlain && textOf(rest['signature']) === '' && textOf(rest['data']) === '') return undefined;
  return { dialect: 'openai-chat', value: JSON.stringify(rest) };
}

function signatureOf(detail: Json): Signature | undefined {
  const format = detail['format'];
  if (!isDialect(format)) return ownSignature(detail);
  const value = textOf(detail['type'] === 'reasoning.encrypted' ? detail['data'] : detail['signature']);
  return value === '' ? undefined : { dialect: format, value };
}

/** One entry of `reasoning_details` as a caller sends it back; undefined: it says nothing. */
export function readReasoningDetail(detail: unknown): ReasoningBlock | undefined {
  return isObject(detail) ? blockOf(detail, signatureOf(detail)) : undefined;
}

/** Of a detail whose words were told before it came, in a block of their own. */
export function signatureOfTold(detail: Json): Signature | undefined {
  return ownSignature(detail, 'in signature');
}

/** The same from a server: whatever it calls the format, the server wants it back. */
export function readOwnReasoningDetail(detail: unknown): ReasoningBlock | undefined {
  return isObject(detail) ? blockOf(detail, ownSignature(detail)) : undefined;
}

function blockOf(detail: Json, signature: Signature | undefined): ReasoningBlock | undefined {
  const text = textOf(detail['text']) || textOf(detail['summary']);
  if (text === '' && signature === undefined) return undefined;
  const id = textOf(detail['id']);
  return {
    type: 'reasoning',
    text,
    ...(signature === undefined ? {} : { signature }),
    ...(detail['type'] === 'reasoning.encrypted' ? { redacted: true } : {}),
    ...(id === '' ? {} : { id }),
  };
}

function parseOwn(value: string): Json {
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? parsed : { signature: value };
  } catch {
    return { signature: value };
  }
}

/** One entry of `reasoning_details`. */
export function writeReasoningDetail(block: ReasoningBlock, index: number): Record<string, unknown> {
  const { text, signature, redacted, id } = block;
  if (signature?.dialect === 'openai-chat' && ownField(block) === undefined) {
    const own = parseOwn(signature.value);
    const type = own['type'] ?? 'reasoning.text';
    return { type, ...(text === '' ? {} : { [type === 'reasoning.summary' ? 'summary' : 'text']: text }), ...own, index };
  }
  const format = signature === undefined ? {} : { format: signature.dialect };
  const name = id === undefined ? {} : { id };
  if (redacted === true && text === '') return { type: 'reasoning.encrypted', data: signature?.value ?? '', ...format, ...name, index };
  return { type: 'reasoning.text', text, ...(signature === undefined ? {} : { signature: signature.value }), ...format, ...name, index };
}

/** A signature of Google stands as it is; one of another dialect behind its name. */
export function writeExtraContent({ dialect, value }: Signature): { google: { thought_signature: string } } {
  return { google: { thought_signature: dialect === 'google' ? value : `${dialect}:${value}` } };
}

/** Begins what is no signature of the call, but thoughts that stand on it (carried-thoughts.ts). */
export const CARRIED = 'thoughts:';

/** Google's field, `extra_content.google.thought_signature`, empty where there is none. */
export function thoughtSignature(extra: unknown): string {
  const google = isObject(extra) ? extra['google'] : undefined;
  return isObject(google) ? textOf(google['thought_signature']) : '';
}

/** As callers send it back. */
export function readExtraContent(extra: unknown): Signature | undefined {
  const value = thoughtSignature(extra);
  if (value === '' || value.startsWith(CARRIED)) return undefined;
  const colon = value.indexOf(':');
  const dialect = value.slice(0, Math.max(colon, 0));
  return isDialect(dialect) ? { dialect, value: value.slice(colon + 1) } : { dialect: 'google', value };
}

/** As a server of this dialect sends it: its own, and never to be sent to Google by another way. */
export function readOwnExtraContent(extra: unknown): Signature | undefined {
  const value = thoughtSignature(extra);
  return value === '' || value.startsWith(CARRIED) ? undefined : { dialect: 'openai-chat', value };
}

/** Fields of a message in which servers send thoughts without any signature. */
const FIELDS = ['reasoning_content', 'reasoning', 'thinking'] as const;
export type ThoughtField = (typeof FIELDS)[number];

/** Says in which field the words came, so that they go back in the same one: some servers refuse to go on without. */
export function fieldSignature(field: ThoughtField): Signature {
  return { dialect: 'openai-chat', value: field };
}

export function ownField({ signature }: ReasoningBlock): ThoughtField | undefined {
  return FIELDS.find((field) => field === signature?.value);
}

export function writeOwnExtraContent({ value }: Signature): object {
  return { google: { thought_signature: value } };
}

/** A conversation that began with a model of another provider; what Google signed by itself may as well be for Google. */
export function holdsForeign({ messages }: Json): boolean {
  return objectsIn(messages).some(
    (message) =>
      objectsIn(message['reasoning_details']).some(({ format }) => isDialect(format) && format !== 'openai-chat') ||
      objectsIn(message['tool_calls']).some(({ extra_content: extra }) => isForeignExtra(extra)),
  );
}

const objectsIn = (list: unknown): Json[] => (Array.isArray(list) ? list.filter(isObject) : []);

function isForeignExtra(extra: unknown): boolean {
  return thoughtSignature(extra).startsWith(CARRIED) || (readExtraContent(extra)?.dialect ?? 'google') !== 'google';
}
