// Names of tools as a target takes them. Google allows dots and colons, Anthropic 128 characters, OpenAI neither; the caller reads
// its own names all the same. A dialect says its rule as `toolNames` of its ProviderDialect: src/providers/translation.ts applies it to
// the request before the writer sees it, and names come back in the answer by CalledTools.
import { createHash } from 'node:crypto';
import type { Block, ChatRequest, Message, Tool, ToolChoice } from './request.ts';

/** How a target's names of tools look. */
export interface NameRule {
  /** A whole name. */
  legal: RegExp;
  /** Each character that no name may have; with the flag `g`. */
  illegalCharacters: RegExp;
  /** Most characters of a name. */
  longest: number;
}

export interface RenamedRequest {
  request: ChatRequest;
  /** Name at the target -> name of the caller, of those that differ. */
  originals: ReadonlyMap<string, string>;
}

const NOTHING_RENAMED: ReadonlyMap<string, string> = new Map();
const DIGITS_OF_HASH = 8;

function namesIn({ tools, messages, options: { toolChoice } }: ChatRequest): Set<string> {
  const names = new Set<string>();
  for (const tool of tools) if (tool.type !== 'other') names.add(tool.name);
  for (const { content } of messages) {
    for (const block of content) {
      if (block.type === 'tool-call') names.add(block.name);
      else if (block.type === 'tool-result' && block.name !== undefined) names.add(block.name);
    }
  }
  if (toolChoice?.type === 'tool') names.add(toolChoice.name);
  else if (toolChoice?.type === 'allowed') for (const name of toolChoice.names) names.add(name);
  return names;
}

/** The name as near to what it was as the rule allows. */
function plainName(name: string, { legal, illegalCharacters, longest }: NameRule): string {
  const plain = name.replaceAll(illegalCharacters, '_').slice(0, longest);
  return legal.test(plain) ? plain : `_${plain}`.slice(0, longest);
}

/** Of a name whose plain form another has too, or that was cut. The same for a name wherever it stands: prompt caches stay warm. */
function hashedName(name: string, rule: NameRule): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, DIGITS_OF_HASH);
  return `${plainName(name, rule).slice(0, rule.longest - DIGITS_OF_HASH - 1)}_${hash}`;
}

/** Name of the caller -> name at the target, of those that differ. */
function renamings(names: ReadonlySet<string>, rule: NameRule): Map<string, string> {
  const illegal = [...names].filter((name) => !rule.legal.test(name));
  const wanted = new Map<string, number>();
  for (const name of illegal) {
    const plain = plainName(name, rule);
    wanted.set(plain, (wanted.get(plain) ?? 0) + 1);
  }
  return new Map(
    illegal.map((name) => {
      const plain = plainName(name, rule);
      const isOwn = wanted.get(plain) === 1 && !names.has(plain) && name.length <= rule.longest;
      return [name, isOwn ? plain : hashedName(name, rule)];
    }),
  );
}

/** The request with names that are legal and unique, in its tools, calls, results and choice; itself where all are. */
export function withLegalNames(request: ChatRequest, rule: NameRule): RenamedRequest {
  const renamed = renamings(namesIn(request), rule);
  if (renamed.size === 0) return { request, originals: NOTHING_RENAMED };
  const rename = (name: string): string => renamed.get(name) ?? name;
  const renameTool = (tool: Tool): Tool => (tool.type === 'other' ? tool : { ...tool, name: rename(tool.name) });
  const renameBlock = (block: Block): Block => {
    const isNamed = block.type === 'tool-call' || block.type === 'tool-result';
    return isNamed && block.name !== undefined ? ({ ...block, name: rename(block.name) } as Block) : block;
  };
  const renameMessage = (message: Message): Message => ({ ...message, content: message.content.map(renameBlock) });
  const renameChoice = (choice: ToolChoice): ToolChoice => {
    if (choice.type === 'tool') return { ...choice, name: rename(choice.name) };
    return choice.type === 'allowed' ? { ...choice, names: choice.names.map(rename) } : choice;
  };
  const { options } = request;
  return {
    request: {
      ...request,
      tools: request.tools.map(renameTool),
      messages: request.messages.map(renameMessage),
      options: options.toolChoice === undefined ? options : { ...options, toolChoice: renameChoice(options.toolChoice) },
    },
    originals: new Map([...renamed].map(([given, legal]) => [legal, given])),
  };
}
