// Keeps a provider's error text useful and takes out what identifies accounts and credentials.

const PATTERNS: readonly [pattern: RegExp, replacement: string][] = [
  [/\b(?:sk|pk|rk|gsk|xai)-[A-Za-z0-9_*.-]{4,}/g, '[key]'],
  [/\bAIza[A-Za-z0-9_*-]{6,}/g, '[key]'],
  [/\bya29\.[A-Za-z0-9_-]{8,}/g, '[key]'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g, '[key]'],
  [/\bBearer\s+[A-Za-z0-9._~+/*-]{8,}=*/gi, 'Bearer [key]'],
  // Long, or with a digit: "user-friendly" and "user_identifier" are words.
  [/\b(?:org|proj|user|acct)[-_](?:[A-Za-z0-9]{16,}|(?=[A-Za-z]*\d)[A-Za-z0-9]{8,})\b/g, '[account]'],
  [/\barn:aws[\w-]*:[^\s"']+/g, '[account]'],
];

/** A secret as it is, and as an echo may encode it. Shorter ones would take ordinary words out. */
function formsOf(secret: string): string[] {
  if (secret.length < 4) return [];
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [secret, encodeURIComponent(secret), base64, bytes.toString('base64url'), bytes.toString('hex')];
}

/** Takes the given secrets out of texts, and anything that has the form of a key or an account id. */
export function redactorOf(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap(formsOf);
  return (text) => {
    // Terminals and log viewers act on control characters.
    let result = text.replace(/[^\P{Cc}\t\n]/gu, ' ');
    for (const form of forms) result = result.replaceAll(form, '[key]');
    for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
    return result;
  };
}

/** `text` without the given secrets and without anything that has the form of a key or an account id. */
export function redactProviderText(text: string, secrets: readonly string[]): string {
  return redactorOf(secrets)(text);
}
