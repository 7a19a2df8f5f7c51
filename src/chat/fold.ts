// From events to a whole answer and back: a provider may stream to a caller that does not, or the other way round, and tests
// compare the two.
import type { ChatAnswer, ChatEvent, Choice, OpenBlock } from './answer.ts';
import type { Block } from './request.ts';

function blockOf(open: OpenBlock): Block {
  switch (open.type) {
    case 'tool-call':
      return { type: 'tool-call', id: open.id, name: open.name, kind: open.kind, arguments: '' };
    case 'reasoning':
      return { ...open, text: '' };
    default:
      return { type: open.type, text: '' };
  }
}

function extend(block: Block | undefined, text: string): void {
  if (block === undefined) return;
  if (block.type === 'tool-call') block.arguments += text;
  else if (block.type === 'text' || block.type === 'reasoning' || block.type === 'refusal') block.text += text;
}

/** Arguments that never came are those of a tool without any. */
function complete(block: Block | undefined): void {
  if (block?.type === 'tool-call' && block.kind === 'function' && block.arguments.trim() === '') block.arguments = '{}';
}

/** The answer that these events make. An `error` event is not part of it: look for that first. */
export function foldEvents(events: readonly ChatEvent[]): ChatAnswer {
  const answer: ChatAnswer = { id: '', model: '', choices: [] };
  const choiceAt = (index: number): Choice => (answer.choices[index] ??= { content: [], finish: 'stop' });
  for (const event of events) {
    switch (event.type) {
      case 'start':
        answer.id = event.id;
        answer.model = event.model;
        break;
      case 'open':
        choiceAt(event.choice).content.push(blockOf(event.block));
        break;
      case 'delta':
        extend(choiceAt(event.choice).content.at(-1), event.text);
        break;
      case 'signature': {
        const block = choiceAt(event.choice).content.at(-1);
        if (block?.type === 'text' || block?.type === 'reasoning' || block?.type === 'tool-call') block.signature = event.signature;
        break;
      }
      case 'citation': {
        const block = choiceAt(event.choice).content.at(-1);
        if (block?.type === 'text') (block.citations ??= []).push(event.citation);
        break;
      }
      case 'close':
        complete(choiceAt(event.choice).content.at(-1));
        break;
      case 'block':
        choiceAt(event.choice).content.push(event.block);
        break;
      case 'logprobs':
        choiceAt(event.choice).logprobs = event.logprobs;
        break;
      case 'finish': {
        const choice = choiceAt(event.choice);
        choice.finish = event.reason;
        if (event.stopSequence !== undefined) choice.stopSequence = event.stopSequence;
        break;
      }
      case 'usage':
        answer.usage = event.usage;
        break;
      case 'error':
        break;
      default:
        event satisfies never;
    }
  }
  return answer;
}

function eventsOf(block: Block, choice: number): ChatEvent[] {
  switch (block.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
    case 'tool-call': {
      const text = block.type === 'tool-call' ? block.arguments : block.text;
      const signature = block.type === 'refusal' ? undefined : block.signature;
      const signed = signature === undefined ? [] : [{ type: 'signature', choice, signature } as const];
      // That of a call comes before its arguments, as from providers that stream.
      const isEarly = block.type === 'tool-call';
      return [
        { type: 'open', choice, block: openOf(block) },
        ...(isEarly ? signed : []),
        ...(text === '' ? [] : [{ type: 'delta', choice, text } as const]),
        ...(block.type === 'text' ? (block.citations ?? []) : []).map((citation) => ({ type: 'citation', choice, citation }) as const),
        ...(isEarly ? [] : signed),
        { type: 'close', choice },
      ];
    }
    default:
      return [{ type: 'block', choice, block }];
  }
}

function openOf(block: Extract<Block, { type: OpenBlock['type'] }>): OpenBlock {
  if (block.type === 'tool-call') return { type: 'tool-call', id: block.id, name: block.name, kind: block.kind };
  if (block.type !== 'reasoning') return { type: block.type };
  return {
    type: 'reasoning',
    ...(block.id === undefined ? {} : { id: block.id }),
    ...(block.redacted === undefined ? {} : { redacted: block.redacted }),
  };
}

/** The events of a whole answer. */
export function unfoldAnswer({ id, model, choices, usage }: ChatAnswer): ChatEvent[] {
  return [
    { type: 'start', id, model },
    ...choices.flatMap(({ content, finish, stopSequence, logprobs }, choice): ChatEvent[] => [
      ...content.flatMap((block) => eventsOf(block, choice)),
      ...(logprobs === undefined ? [] : [{ type: 'logprobs', choice, logprobs } as const]),
      { type: 'finish', choice, reason: finish, ...(stopSequence === undefined ? {} : { stopSequence }) },
    ]),
    ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
  ];
}
