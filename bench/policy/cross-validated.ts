// What cross-validation says of the texts that the model of injections was trained on: read from its card, so that it is said once.
import { readFileSync } from 'node:fs';

const CARD = new URL('../../docs/injection-model.md', import.meta.url);

/** The share as the card writes it, for example `79.2 %`; undefined: the card has no line for these texts. */
export function crossValidated(texts: string): string | undefined {
  for (const line of readFileSync(CARD, 'utf8').split('\n')) {
    const [, name, share] = line.split('|').map((cell) => cell.trim());
    if (name === texts && share?.endsWith('%') === true) return share;
  }
  return undefined;
}
