// Who and what appears in the story, by their ids.
import type { Place } from './book.ts';

export interface Cast {
  /** Of the team that the story is told of. */
  team: Place;
  others: Place;
  /** The team's policy that blocks cards, the one that writes down advice, and that of the others, which alerts of cards. */
  cards: string;
  advice: string;
  theirs: string;
  /** What the team's key, and that of the others, is used with. */
  secrets: { team: string; others: string };
}
