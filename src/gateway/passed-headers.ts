// Headers of a provider's answer that the caller gets. No policy reads them, so each passes by its form only, which has no room for
// words, nor for the digits of a number of a card or an account; everything else could name accounts or contradict our framing.
type Headers = Readonly<Record<string, string | string[] | undefined>>;

const COUNT = /^\d{1,7}(?:\.\d{1,3})?$/;
/** RFC 9110, as everybody has to write it today. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

const FORMS: Readonly<Record<string, readonly RegExp[]>> = {
  'retry-after': [COUNT, HTTP_DATE],
  'retry-after-ms': [COUNT],
  'openai-processing-ms': [COUNT],
  'openai-version': [/^\d{4}-\d\d-\d\d$/],
};

/** Of an answer that is good. */
export const OF_ANSWERS = ['retry-after', 'openai-processing-ms', 'openai-version'] as const;
/** Of an error. */
export const OF_ERRORS = ['retry-after', 'retry-after-ms'] as const;

/** Flat list of name, value. */
export function passedHeaders(headers: Headers, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' && FORMS[name]!.some((form) => form.test(value)) ? [name, value] : [];
  });
}

const MEDIA_TYPE = /^\s*((?:application|audio|image|text|video)\/[a-z\d][a-z\d.+-]{0,47})\s*(?:;|$)/i;
const CHARSET = /;\s*charset="?(utf-?8|us-ascii|utf-16(?:le|be)?|iso-8859-\d\d?|windows-125\d)"?\s*(?:;|$)/i;
const THREE_DIGITS = /\d[^a-z]*\d[^a-z]*\d/i;

/** The media type, and the charset where it is a common one; bytes where it has no such form. */
export function contentTypeOf(value: string): string {
  const type = MEDIA_TYPE.exec(value)?.[1];
  if (type === undefined || THREE_DIGITS.test(type)) return 'application/octet-stream';
  const charset = CHARSET.exec(value)?.[1];
  return charset === undefined ? type : `${type}; charset=${charset}`;
}
