// What is wrong with a value from a Secret that no request can be made with. Says what, never the value or a part of it.

/** More telling ones first. */
const NOT_IN_HEADERS: readonly [pattern: RegExp, what: string][] = [
  [/[\r\n]/, 'a line break inside'],
  [/\uFFFD/u, 'bytes that are no UTF-8 text'],
  [/[^\0-\xff]/u, 'a character outside Latin-1, such as a typographic quote or an invisible space'],
  [/[^\t\x20-\x7e\x80-\xff]/u, 'a control character'],
];

/** What `value` holds that no HTTP header may hold, or undefined. */
export function headerFlaw(value: string): string | undefined {
  return NOT_IN_HEADERS.find(([pattern]) => pattern.test(value))?.[1];
}

/** Values of the member `type` in credentials files of Google Cloud. */
const GOOGLE_CREDENTIALS: ReadonlySet<unknown> = new Set([
  'service_account',
  'external_account',
  'external_account_authorized_user',
  'authorized_user',
  'impersonated_service_account',
  'gdch_service_account',
]);

/**
 * Whether `value` is a credentials file as Google Cloud hands it out. Access tokens are got with it, and those go into headers
 * instead. Which of the types can be used is for the provider to say.
 */
export function isGoogleCredentialsFile(value: string): boolean {
  try {
    const file: unknown = JSON.parse(value);
    return typeof file === 'object' && file !== null && 'type' in file && GOOGLE_CREDENTIALS.has(file.type);
  } catch {
    return false;
  }
}
