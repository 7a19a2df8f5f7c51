// What credentials and traces of people look like: no fixture may hold any.

const PATTERNS: Readonly<Record<string, RegExp>> = {
  'key of a provider': /\b(?:sk|pk|rk|gsk|xai|pplx|r8|hf|csk|nvapi)[-_](?:proj-|ant-|or-)?[A-Za-z0-9_-]{16,}/,
  'key of Google': /\bAIza[0-9A-Za-z_-]{30,}/,
  'token of Google': /\bya29\.[0-9A-Za-z_-]{10,}/,
  'access key of AWS': /\b(?:AKIA|ASIA|ABSK)[A-Za-z0-9]{12,}/,
  'account of AWS': /arn:aws[\w-]*:[^:\s"]*:[^:\s"]*:\d{12}/,
  'token of GitHub': /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/,
  'token of Slack': /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  'private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'JSON web token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  'authorization header': /\bBearer\s+[A-Za-z0-9._~+/-]{16,}/i,
  'signed URL': /[?&](?:X-Amz-Signature|X-Goog-Signature|sig|Signature|AWSAccessKeyId|key|token|api_key)=[A-Za-z0-9%+/._-]{16,}/i,
  'password in a URL': /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@"]+:[^/\s:@"]+@/i,
  organisation: /\b(?:org|proj)[-_][A-Za-z0-9]{16,}/,
  'member that holds a credential':
    /"(?:authorization|api[-_]?key|x-api-key|access[-_]?token|client[-_]?secret|password|cookie|set-cookie)"\s*:\s*"[^"]{8,}"/i,
  'address of a person': /\b[\w.+-]+@(?!(?:example\.|[\w-]+\.example\b))[\w-]+\.(?:com|org|net|io|ai|dev|edu|de|co)\b/i,
};

/** Names of what was found. Binary bodies are looked into as well. */
export function findKeyMaterial(text: string): string[] {
  const base64 = /"body_base64":"([^"]+)"/.exec(text)?.[1] ?? '';
  const all = `${text}\n${Buffer.from(base64, 'base64').toString('latin1')}`.replaceAll('\\"', '"');
  return Object.entries(PATTERNS).flatMap(([name, pattern]) => (pattern.test(all) ? [name] : []));
}
