// Finds the parts of a form (multipart/form-data) in its bytes, copying none of them. Strict: what is authorised here must be
// what the provider reads, so a body that two readers may read differently is refused.
import { GatewayError } from '../errors.ts';
import { readParameters } from './header-parameters.ts';

export interface FormPart {
  name: string;
  /** It has the name of a file. */
  isFile: boolean;
  /** The name of the file, in both forms where it has two. */
  fileName?: string;
  /** Other headers than Content-Disposition, names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** Byte offsets of the value, end exclusive. */
  start: number;
  end: number;
}

const MAX_PARTS = 256;
const MAX_HEAD_BYTES = 8 * 1024;
const CRLF = '\r\n';
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

export function refuseForm(reason: string, param?: string): GatewayError {
  const message = `The request body is no form that can be read: ${reason}. Send it as multipart/form-data, as SDKs do.`;
  return new GatewayError('body_not_form', message, param === undefined ? {} : { param });
}

function boundaryOf(contentType: string | undefined): string {
  const [, parameters] = /^\s*multipart\/form-data\s*(;.*)$/i.exec(contentType ?? '') ?? [];
  if (parameters === undefined) throw refuseForm('its Content-Type is not multipart/form-data with a boundary');
  const boundary = readParameters(parameters)?.get('boundary') ?? '';
  if (!BOUNDARY.test(boundary)) throw refuseForm('its Content-Type names no boundary');
  return boundary;
}

function headersOf(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split(CRLF)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!HEADER_NAME.test(name) || /[\r\n]/.test(line) || headers.has(name))
      throw refuseForm('a part has a header that is malformed, or one twice');
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

function describePart(head: string): Omit<FormPart, 'start' | 'end'> {
  const headers = headersOf(head);
  const [, text] = /^form-data\s*(;.*)$/i.exec(headers.get('content-disposition') ?? '') ?? [];
  const parameters = text === undefined ? undefined : readParameters(text);
  const name = parameters?.get('name');
  if (parameters === undefined || name === undefined || name.includes('\\') || parameters.has('name*')) {
    throw refuseForm('a part has no clear name in its Content-Disposition');
  }
  headers.delete('content-disposition');
  const fileNames = ['filename', 'filename*'].flatMap((key) => parameters.get(key) ?? []);
  return { name, isFile: fileNames.length > 0, ...(fileNames.length > 0 ? { fileName: fileNames.join('\n') } : {}), headers };
}

/** Whether this text stands at that offset. */
function hasAt(raw: Buffer, text: string, offset: number): boolean {
  return offset >= 0 && raw.toString('latin1', offset, offset + text.length) === text;
}

function partAt(raw: Buffer, head: number, next: number): FormPart {
  const headEnd = raw.indexOf(CRLF + CRLF, head);
  if (headEnd === -1 || headEnd > next || headEnd - head > MAX_HEAD_BYTES) throw refuseForm('the headers of a part have no end');
  const start = headEnd + 2 * CRLF.length;
  const end = next - CRLF.length;
  if (end < start || !hasAt(raw, CRLF, end)) throw refuseForm('the boundary stands inside a part');
  return { ...describePart(raw.toString('latin1', head, headEnd)), start, end };
}

/** In the order of the bytes. Throws GatewayError body_not_form. */
export function formParts(contentType: string | undefined, raw: Buffer): FormPart[] {
  const delimiter = `--${boundaryOf(contentType)}`;
  if (!hasAt(raw, delimiter, 0)) throw refuseForm('it does not begin with its boundary');
  const parts: FormPart[] = [];
  let at = delimiter.length;
  while (hasAt(raw, CRLF, at)) {
    if (parts.length === MAX_PARTS) throw refuseForm(`it has more than ${MAX_PARTS} parts`);
    const head = at + CRLF.length;
    const next = raw.indexOf(delimiter, head);
    if (next === -1) throw refuseForm('it does not end with its boundary');
    parts.push(partAt(raw, head, next));
    at = next + delimiter.length;
  }
  const rest = raw.length - at;
  const isEnd = hasAt(raw, '--', at) && (rest === 2 || (rest === 4 && hasAt(raw, CRLF, at + 2)));
  if (!isEnd) throw refuseForm('something else follows its boundary');
  return parts;
}
