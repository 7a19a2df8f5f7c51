// Texts from templates: all that can be put together, or a part of it.

/** One of each list, one after the other. */
export const product = (...lists: readonly (readonly string[])[]): string[] =>
  lists.reduce<string[]>((texts, list) => texts.flatMap((text) => list.map((next) => `${text}${next}`)), ['']);

/** So many of them, evenly spread. */
export const some = (texts: readonly string[], count: number): string[] =>
  texts.length <= count ? [...texts] : Array.from({ length: count }, (_none, index) => texts[Math.floor((index * texts.length) / count)]!);
