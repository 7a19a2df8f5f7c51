// The conversation: system text apart, roles user and model, and after the calls of a turn all their results, in the same order.
import type { WriteContext } from '../../chat/dialect.ts';
import type { Message, ToolCallBlock } from '../../chat/request.ts';
import { withLegalIds } from '../../chat/tool-ids.ts';
import type { JsonObject } from './json.ts';
import type { ModelTraits } from './model.ts';
import { partsOf } from './write-parts.ts';
import { plainResult, resultPart } from './write-results.ts';

interface Content {
  role: 'user' | 'model';
  parts: JsonObject[];
  /** Holds function responses and nothing else. */
  isResults: boolean;
}

/** Google's own value for a call whose signature is not to be had, as when another model made it. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** Only the first call of a turn is signed, and only there a signature is missed. */
function withSignature(parts: readonly JsonObject[], { demandsSignatures }: ModelTraits): JsonObject[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined);
  return parts.map((part, index) =>
    demandsSignatures && index === first && part['thoughtSignature'] === undefined ? { ...part, thoughtSignature: NO_SIGNATURE } : part,
  );
}

/** Google wants a user to begin, above all before calls, and refuses text that is empty. */
const NOTHING_SAID = { role: 'user', parts: [{ text: ' ' }] };

class Contents {
  readonly written: Content[] = [];
  readonly #calls = new Map<string, { name: string; order: number }>();
  readonly #traits: ModelTraits;
  readonly #context: WriteContext;

  constructor(traits: ModelTraits, context: WriteContext) {
    this.#traits = traits;
    this.#context = context;
  }

  add(message: Message): void {
    const role = message.role === 'assistant' ? 'model' : 'user';
    if (message.name !== undefined) this.#context.losses.add(`${message.at}.name`);
    const results: { part: JsonObject; order: number }[] = [];
    const parts: JsonObject[] = [];
    message.content.forEach((block, index) => {
      const at = `${message.at}.content[${index}]`;
      if (block.type === 'tool-result') {
        const call = this.#calls.get(block.callId);
        if (call === undefined) return parts.push(...plainResult(block, at, this.#traits, this.#context));
        const { part, beside } = resultPart(block, call.name, at, this.#traits, this.#context);
        results.push({ part, order: call.order });
        return parts.push(...beside);
      }
      if (block.type === 'tool-call') this.#note(block);
      return parts.push(...partsOf(block, at, this.#traits, this.#context));
    });
    const sorted = results.toSorted((a, b) => a.order - b.order).map(({ part }) => part);
    this.#push(role, sorted, true);
    this.#push(role, parts, false);
  }

  #note({ id, name }: ToolCallBlock): void {
    this.#calls.set(id, { name, order: this.#calls.size });
  }

  #push(role: Content['role'], parts: JsonObject[], isResults: boolean): void {
    if (parts.length === 0) return;
    const last = this.written.at(-1);
    // Results of parallel calls may come as one message each, with what goes beside them in between.
    const earlier = this.written.at(-2);
    if (isResults && last?.isResults === true) this.#addResults(last, parts);
    else if (isResults && last?.role === 'user' && earlier?.isResults === true) this.#addResults(earlier, parts);
    // The calls of one turn are counted together with their results.
    else if (role === 'model' && last?.role === 'model') last.parts.push(...parts);
    else this.written.push({ role, parts, isResults });
  }

  #addResults(content: Content, parts: readonly JsonObject[]): void {
    const orderOf = (part: JsonObject): number => {
      const { id } = part['functionResponse'] as { id: string };
      return this.#calls.get(id)?.order ?? Number.MAX_SAFE_INTEGER;
    };
    content.parts = [...content.parts, ...parts].toSorted((a, b) => orderOf(a) - orderOf(b));
  }
}

/** System text as the first words of the user. */
function saidByUser(system: JsonObject[], contents: readonly Pick<Content, 'role' | 'parts'>[]): JsonObject[] {
  const [first, ...rest] = contents;
  if (first === undefined || first.role === 'model') return [{ role: 'user', parts: system }, ...contents];
  return [{ role: 'user', parts: [...system, ...first.parts] }, ...rest];
}

export interface WrittenConversation {
  systemInstruction?: JsonObject;
  contents: JsonObject[];
}

export function writeContents(messages: readonly Message[], traits: ModelTraits, context: WriteContext): WrittenConversation {
  const legal = withLegalIds(messages, { legal: /^[\s\S]+$/, make: (index) => `call_${index}` });
  const system = legal
    .filter(({ role }) => role === 'system')
    .flatMap(({ at, content }) =>
      content.flatMap((block, index) => {
        if (block.type === 'text') return block.text === '' ? [] : [{ text: block.text }];
        context.losses.add(`${at}.content[${index}]`);
        return [];
      }),
    );
  const contents = new Contents(traits, context);
  for (const message of legal) if (message.role !== 'system') contents.add(message);
  const written = contents.written.map(({ role, parts }) => ({ role, parts: role === 'model' ? withSignature(parts, traits) : parts }));
  // Google wants at least one content.
  if (system.length > 0 && (written.length === 0 || !traits.systemText)) return { contents: saidByUser(system, written) };
  const begun = written[0]?.role === 'model' ? [NOTHING_SAID, ...written] : written;
  return { ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }), contents: begun };
}
