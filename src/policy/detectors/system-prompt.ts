// Requests for what stands in the system prompt, and answers that begin to tell it. A detector does not know the system prompt of the
// conversation, so that a leak without such words is for a judge to see.
import type { Detector } from '../types.ts';
import { inOrder, spansOf } from './spans.ts';

/** Within one sentence. */
const GAP = String.raw`[^.!?\n]{0,40}?`;
const B = String.raw`(?<![\p{L}\p{N}])`;
const E = String.raw`(?![\p{L}\p{N}])`;

const VERB = [
  "reveal|show|print|repeat|output|tell|give|display|leak|recite|copy|paste|list|share",
  "dump|expose|disclose|return|quote|summari[sz]e|translate|encode|write out|what (?:is|are|was|were)|what's|say",
].join('|');
const MINE = '(?:your|its|the (?:hidden|initial|original|full|entire|exact|secret|internal|complete|whole))';
const KIND =
  '(?: (?:hidden|initial|original|full|entire|exact|secret|internal|complete|whole|own|first|previous|above|actual|current|starting|system|developer|base)){0,3}';
const OBJECT = [
  `${MINE}${KIND} (?:prompts?|system message|developer message|instructions?|directives|prompt texts?|pre-?prompt)`,
  'the system (?:prompt|message|instructions)',
  '(?:the )?(?:instructions|prompt|rules|text|messages?|words|lines?|everything|sentences)(?: \\p{L}{2,8}){0,2} (?:above|before this|you (?:were|have been|are) given|you (?:got|received)|at the (?:start|beginning|top) of (?:this|the|your) (?:conversation|chat|prompt|context))',
].join('|');

const GERMAN_VERB =
  'zeige?|nenne|gib|gebe|verrate?|wiederhole?|drucke?|sage?|schreibe?|offenbare?|kopiere?|zitiere?|übersetze?|liste|teile?|wie (?:lautet|lauten|ist|sind)|was (?:ist|sind|steht in)';
const GERMAN_OBJECT = [
  '(?:deine?[nrm]?|ihre?[nrm]?|eure?[nrm]?)(?: (?:\\p{L}{3,20}e[nrms]?)){0,2} (?:system-?prompts?|system-?nachricht|system-?anweisung(?:en)?|anweisungen|anweisung|instruktionen|prompts?|prompttexte?|start-?anweisung(?:en)?|vorgaben)',
  '(?:den|der|die|das|dem) (?:\\p{L}{3,20}e[nrms]? )?(?:system-?prompt|system-?nachricht|system-?anweisung(?:en)?)',
  '(?:alles|den text|die anweisungen|die zeilen)(?: \\p{L}{2,8}){0,3} (?:oberhalb|darüber|über dieser zeile|am anfang (?:dieser|der|des) (?:unterhaltung|chats|gesprächs|prompts))',
].join('|');

const ASKED = new RegExp(`${B}(?:${VERB})${E}${GAP}${B}(?:${OBJECT})${E}`, 'giu');
const ASKED_GERMAN = new RegExp(`${B}(?:${GERMAN_VERB})${E}${GAP}${B}(?:${GERMAN_OBJECT})${E}`, 'giu');
const TOLD = new RegExp(
  `${B}(?:(?:here (?:is|are)|these are|this is) my (?:\\p{L}{3,10} ){0,2}(?:system prompt|prompt|instructions|system message)|my (?:full |exact |initial )?(?:system prompt|system message|instructions) (?:is|are|reads?|says?)|mein systemprompt (?:ist|lautet)|meine (?:system-?)?anweisungen (?:sind|lauten))${E}`,
  'giu',
);

export const systemPrompt: Detector = {
  id: 'system-prompt',
  title: 'requests to reveal the system prompt, and answers that say they do (EN, DE)',
  maxSpan: 240,
  mayMatch: (text) =>
    /prompt|instru[ck]|anweisung|message|nachricht|directive|vorgaben|above|before|given|oberhalb|über|beginning|anfang|received/i.test(
      text,
    ),
  scan: (text) => inOrder([...spansOf(text, ASKED), ...spansOf(text, ASKED_GERMAN), ...spansOf(text, TOLD)]),
};
