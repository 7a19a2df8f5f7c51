// Which language a rule is written in, by its small words.

export type Language = 'en' | 'de' | 'fr';

const WORDS: Readonly<Record<Language, RegExp>> = {
  en: /(?<!\p{L})(?:the|and|or|not|never|do|must|of|to|with|are|is|be|any|no|our|that|about|share|only|block|reject|for|in)(?!\p{L})/giu,
  de: new RegExp(
    String.raw`(?<!\p{L})(?:der|die|das|den|und|oder|nicht|niemals|keine?[nrms]?|dürfen|darf|müssen|mit|sind|ist|ein|eine|` +
      String.raw`unsere?|von|über|auf|nur|gib|zu|im|für)(?!\p{L})`,
    'giu',
  ),
  fr: /(?<!\p{L})(?:le|la|les|des|du|et|ou|ne|pas|jamais|de|avec|sont|est|aux?|nos|vos|sur|que|il|un|une)(?!\p{L})/giu,
};

/** Small words of each language. */
export function languages(text: string): { language: Language; words: number }[] {
  const counted = (Object.keys(WORDS) as Language[]).map((language) => ({ language, words: text.match(WORDS[language])?.length ?? 0 }));
  return counted.toSorted((a, b) => b.words - a.words);
}

/** The language of most words; English where there are none. */
export function languageOf(text: string): Language {
  const [first] = languages(text);
  return first === undefined || first.words === 0 ? 'en' : first.language;
}
