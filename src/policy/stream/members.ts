// What one member says over all events of a stream. Whoever reads the stream may put the pieces of a member together, so detectors must
// read them in one go, unless they have done so already: as the text of a block, or as what a block has said before.
import type { Json } from '../../chat/json.ts';
import type { Place } from './edges.ts';

/** UTF-16 code units before and behind the place where a member goes on elsewhere. */
const REACH = 1024;
/** Before what does not go on from what was said last. */
const GAP = '\n\n\n';

interface Member {
  /** What was not read joined: its end only where `isCut`. */
  unsaid: string;
  isCut: boolean;
  /** Some of it was read joined. */
  isJoined: boolean;
  /** Some of it was read as words of its own. */
  isOwn: boolean;
  /** Some of it was text of blocks. */
  isShared: boolean;
  /** Where the text of a block stands that it said last. */
  place: Place | undefined;
  /** Code units that are still to be read joined. */
  left: number;
}

/** `own`: words that nobody has read. `joined`: for detectors, with what the member has said before. */
export interface Said {
  own: string;
  joined: string;
  /** It needs not wait for what may come. */
  isWhole: boolean;
}

const NOTHING: Said = { own: '', joined: '', isWhole: true };

const newMember = (): Member =>
  ({ unsaid: '', isCut: false, isJoined: false, isOwn: false, isShared: false, place: undefined, left: 0 });

export class Members {
  readonly #members = new Map<string, Member>();

  /** `places`: of the deltas that are the same words. */
  follow(key: string, words: string, places: readonly Place[], isRepeated: (text: string) => boolean): Said {
    const member = this.#members.get(key) ?? newMember();
    const isNew = !this.#members.has(key);
    this.#members.set(key, member);
    return places.length > 0 ? shared(member, words, places, isNew) : ofItsOwn(member, words, isRepeated);
  }
}

function shared(member: Member, words: string, places: readonly Place[], isNew: boolean): Said {
  const { place: before } = member;
  const next = places.find(({ line, start }) => line === before?.line && start === before.end);
  const isNext = isNew || next !== undefined;
  member.place = next ?? places[0];
  member.isShared = true;
  if (isNext && member.left <= 0) return keep(member, words);
  member.left = isNext ? member.left - words.length : REACH;
  return { own: '', joined: join(member, words), isWhole: member.left <= 0 };
}

function ofItsOwn(member: Member, words: string, isRepeated: (text: string) => boolean): Said {
  member.place = undefined;
  if (!member.isOwn && !member.isJoined && isRepeated(member.unsaid + words)) return keep(member, words);
  const own = member.isOwn || member.isShared ? words : member.unsaid + words;
  member.isOwn = true;
  if (!member.isShared) return { ...keep(member, words), own, isWhole: false };
  member.left = REACH;
  return { own, joined: join(member, words), isWhole: false };
}

function keep(member: Member, words: string): Said {
  member.unsaid += words;
  if (member.unsaid.length > 2 * REACH) {
    member.unsaid = member.unsaid.slice(-REACH);
    member.isCut = true;
  }
  return NOTHING;
}

function join(member: Member, words: string): string {
  const text = (member.isCut && member.isJoined ? GAP : '') + member.unsaid + words;
  member.unsaid = '';
  member.isCut = false;
  member.isJoined = true;
  return text;
}

/** The number of what an event goes on with. */
const NUMBERS = ['output_index', 'content_index', 'summary_index', 'index'];
/** Events that open or go on with something, as against those that say all of it again. */
const GOES_ON = /(?:[._]delta|\.added|_start)$/;
/** The member of a block that an event of responses goes on with, and where other events have the block. */
const DELTA = /^response\.(?:output_|reasoning_summary_|reasoning_|function_call_|custom_tool_call_|mcp_call_)?(\w+)\.delta$/;
const BLOCK = /^(?:content_block|item|part|delta)(?=\.|$)/;

export const goesOn = (type: string): boolean => GOES_ON.test(type);

/** Names what goes on from event to event: the beginning of a block, in whatever event it comes, is of one member with its deltas. */
export function keyOf(event: Json, path: string, nth: number): string {
  const type = typeof event['type'] === 'string' ? event['type'] : '';
  const number = NUMBERS.map((name) => event[name]).filter((at) => typeof at === 'number').join('.');
  // Made-up names are all the same in paths.
  if (path.includes('*')) return `${type} ${goesOn(type) ? number : ''} ${path} ${nth}`;
  if (!goesOn(type)) return `${type} ${number} ${path}`;
  const what = path === 'delta' ? DELTA.exec(type)?.[1] : undefined;
  return `${number} ${path.replace(BLOCK, 'block')}${what === undefined ? '' : `.${what}`}`;
}
