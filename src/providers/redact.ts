// Keeps a provider's error text useful and takes out what identifies accounts and credentials.

const PATTERNS: readonly [pattern: RegExp, replacement: string][] = [
  [/\b(?:sk|pk|rk|gsk|xai)-[A-Za-z0-9_*.-]{4,}/g, '[key]'],
  [/\bAIza[A-Za-z0-9_*-]{6,}/g, '[key]'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g, '[key]'],
  [/\bBearer\s+[A-Za-z0-9._~+/*-]{8,}=*/gi, 'Bearer [key]'],
  // Long, or with a digit: "user-friendly" and "user_identifier" are words.
  [/\b(?:org|proj|user|acct)[-_](?:[A-Za-z0-9]{16,}|(?=[A-Za-z]*\d)[A-Za-z0-9]{8,})\b/g, '[account]'],
  [/\barn:aws[\w-]*:[^\s"']+/g, '[account]'],
];

/** `text` without the given secrets and without anything that has the form of a key or an account id. */
export function redactProviderText(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) if (secret.length >= 4) result = result.replaceAll(secret, '[key]');
  for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
  return result;
}
