// Parameters of header values, `; name=value; name="value"`, read so that no other reader can find others.

const PARAMETER = /\s*;\s*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/y;

/** By their names in lower case, escapes in quotes kept. Undefined where the text is not that, or names one twice. */
export function readParameters(text: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = 0;
  let end = 0;
  for (let match = PARAMETER.exec(text); match !== null; match = PARAMETER.exec(text)) {
    const name = match[1]!.toLowerCase();
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[2] ?? match[3] ?? '');
    end = PARAMETER.lastIndex;
  }
  return ['', ';'].includes(text.slice(end).trim()) ? parameters : undefined;
}
