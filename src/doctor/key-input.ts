// What a person hands over as a key: the key alone, an Authorization header, or the file that delivered it. Pure.
import { isWellFormedKey } from '../api/api-key.ts';
import { KEY_VARIABLES } from '../api/resources.ts';

const VARIABLE = new RegExp(
  `^(?:export )?(?:${Object.values(KEY_VARIABLES)
    .map(({ key }) => key)
    .join('|')})=["']?([^"'\\s]+)["']?$`,
  'm',
);

/** The key in a text, without what stands around it; undefined: there is nothing. */
export function keyIn(text: string): string | undefined {
  const variable = VARIABLE.exec(text)?.[1];
  const key = variable ?? text.trim().replace(/^(?:authorization: *)?bearer +/i, '');
  return key === '' ? undefined : key;
}

/** Why no gateway would take it for a key, in words that repeat nothing of it; undefined: its form and checksum are right. */
export function formFault(key: string): string | undefined {
  if (isWellFormedKey(key)) return undefined;
  if (!key.startsWith('sk-')) return 'it does not begin with "sk-", so it was not made by this gateway';
  const length = key.length - 'sk-'.length;
  if (length !== 48)
    return `it has ${length} characters behind "sk-" where keys of this gateway have 48: it is cut off, or of another vendor`;
  return 'its checksum is wrong: one of its characters has been mistyped, or it was not made by this gateway';
}
