// Texts as every store of the ledger can hold them. Pure.

/** PostgreSQL takes no zero character, and neither store half of a pair: one such text would stop all that is written with it. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{FFFD}');
}

/** Callers choose some of the texts of an entry. The entry itself where it can be stored as it is. */
export function storable<Entry extends object>(entry: Entry): Entry {
  return Object.values(entry).every(isStorable) ? entry : copied(entry);
}

const isStorable = (value: unknown): boolean => typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'));

function copied<Entry extends object>(entry: Entry): Entry {
  const values = Object.entries(entry).map(([name, value]: [string, unknown]) => {
    return [name, typeof value === 'string' ? storableText(value) : value] as const;
  });
  return Object.fromEntries(values) as Entry;
}
