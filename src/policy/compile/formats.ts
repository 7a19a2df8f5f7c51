// What an example of an identifier says about all of its kind: `EMP-12345` stands for `EMP-\d{5}`.

export interface Format {
  start: number;
  end: number;
  /** As it stands in the rule. */
  sample: string;
  /** RE2 syntax. */
  pattern: string;
}

const TOKEN =
  /(?<![\p{L}\p{N}_-])(?:[A-Za-z]{1,12}[-_/#:.]?)?(?:\d|#|[NX]{3,}|[nx]{3,})[A-Za-z\d#]*(?:[-_/.][A-Za-z\d#]+)*(?![\p{L}\p{N}_])/gu;
/** Says that an example follows; within a few words before it. */
const TRIGGER = new RegExp(
  String.raw`(?:looks? like|of the form|in the form|forms?|formats?|patterns?|such as|\blike|for example|examples?|` +
    String.raw`for instance|start(?:s|ing)? with|written|\bwie|muster|aussehen|aus wie|zum beispiel|beispielsweise|comme|` +
    String.raw`par exemple|ressemblent?|modèle|\()[^.;]{0,24}$`,
  'i',
);
/** Names of standards and products that only look like identifiers. */
const KNOWN = new RegExp(
  String.raw`^(?:sha|md|gpt|iso|rfc|pci|tls|ssl|ip|ipv|base|utf|aes|rsa|http|http/|q|h|fy|k8s|s3|ec2|c4|w3c|oauth|claude|gemini|llama|` +
    String.raw`art|section|web|covid|mp|log4j|en|din|nist|soc|x)[-_ /]?\d`,
  'i',
);

/** Length of a run and what it is made of. */
function classOf(run: string, isFirst: boolean): string {
  if (/^[\d#]+$/.test(run) || /^(?:N+|n+)$/.test(run)) return run.length === 1 ? String.raw`\d` : String.raw`\d{${run.length}}`;
  if (/^(?:X{3,}|x{3,})$/.test(run)) return `[A-Z0-9]{${run.length}}`;
  // The first letters name the kind; later ones differ from one to the next.
  return isFirst ? run : `[A-Z]{${run.length}}`;
}

function patternOf(sample: string): string {
  const runs = sample.match(/N{3,}|n{3,}|X{3,}|x{3,}|[\d#]+|[A-Za-z]+?(?=N{3,}|X{3,}|[^A-Za-z]|$)|[^A-Za-z\d#]/g) ?? [];
  const source = runs
    .map((run, index) => (/^[A-Za-z\d#]/.test(run) ? classOf(run, index === 0) : run.replace(/[.\\/+*?^$()[\]{}|]/, String.raw`\$&`)))
    .join('');
  // Digits alone would be found in any longer number.
  return /^\\d\{?\d*\}?$/.test(source) ? String.raw`\b${source}\b` : source;
}

function isIdentifier(token: string): boolean {
  // What has letters after a dot is the name of a machine or a file.
  if (KNOWN.test(token) || /\.[A-Za-z]{2}/.test(token)) return false;
  const digits = token.replace(/[^\d#NXnx]/g, '').length;
  const isNumber = /^[\d.,/]+$/.test(token);
  return isNumber ? /^\d{6,}$/.test(token) : digits >= 2 && /[\d#]|[NX]{3,}|[nx]{3,}/.test(token);
}

/** Examples of identifiers in a rule. */
export function findFormats(text: string): Format[] {
  return [...text.matchAll(TOKEN)].flatMap(({ 0: token, index }) => {
    if (!isIdentifier(token) || !TRIGGER.test(text.slice(Math.max(0, index - 60), index))) return [];
    return [{ start: index, end: index + token.length, sample: token, pattern: patternOf(token) }];
  });
}
