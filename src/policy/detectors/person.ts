// Names of people, where a title or a phrase gives them away. Often wrong, and blind to names without either: advisory.
import type { Detector } from '../types.ts';
import { spansOf } from './spans.ts';
import { traitsOf } from './traits.ts';

const NAME = String.raw`\p{Lu}[\p{Ll}'’-]{1,24}(?:\s(?:van|von|de|der|den|di|da|la|le|zu)){0,2}(?:\s\p{Lu}(?:\.|[\p{L}'’-]{1,24})){0,2}`;
const TITLE = String.raw`(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herrn?|Frau|Monsieur|Madame|Señora?)\.?\s`;
const PHRASE = String.raw`(?:[Mm]y name is|[Nn]ame:|[Pp]atient|[Cc]ustomer|[Cc]lient|[Ee]mployee|[Ii]ch heiße|[Mm]ein Name ist|[Kk]unde|[Kk]undin|[Mm]itarbeiter(?:in)?)\s`;
const PATTERN = new RegExp(`(?<![\\p{L}\\p{N}])(?:(?<=${TITLE}|${PHRASE})${NAME}|${TITLE}${NAME})(?![\\p{Ll}])`, 'gu');

/** Looking back from each capital for what introduces a name costs far more than to see that nothing does. */
const INTRODUCED = new RegExp(`${TITLE}|${PHRASE}`, 'u');

export const person: Detector = {
  id: 'pii.person',
  title: 'names of people',
  advisory: true,
  maxSpan: 100,
  mayMatch: (text) => traitsOf(text).hasCapital && INTRODUCED.test(text),
  scan: (text) => spansOf(text, PATTERN),
};
