// What the gateway reads of a form: the model and whether to stream. Everything else passes unread.
import { formParts, refuseForm, type FormPart } from './form-parts.ts';

export interface Form {
  /** As it came, with the boundary. */
  contentType: string;
  /** Where the name of the model stands: byte offsets, end exclusive. */
  model: { start: number; end: number };
}

/** Names that some readers of forms take for `model`. */
const LIKE_MODEL = /^\s*model\s*(?:\[|$)/i;
const MAX_FLAG_BYTES = 16;

function isPlainText({ isFile, headers }: FormPart): boolean {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers.get('content-type') ?? '')?.[1];
  return !isFile && !headers.has('content-transfer-encoding') && (charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset));
}

function textOf(raw: Buffer, { start, end }: FormPart): string {
  return raw.toString('utf8', start, end);
}

function isTrue(raw: Buffer, part: FormPart): boolean {
  return part.end - part.start <= MAX_FLAG_BYTES && /^true$/i.test(textOf(raw, part));
}

function modelIn(parts: readonly FormPart[]): FormPart | undefined {
  const [model, ...others] = parts.filter(({ name }) => LIKE_MODEL.test(name));
  if (model === undefined) return undefined;
  if (others.length > 0) throw refuseForm('it names "model" more than once', 'model');
  if (model.name !== 'model' || !isPlainText(model)) throw refuseForm('"model" must be a field of plain text', 'model');
  return model;
}

/** The fields as a JSON body would have them. Throws GatewayError body_not_form. */
export function readForm(contentType: string | undefined, raw: Buffer): { form: Form; body: Record<string, unknown> } {
  const parts = formParts(contentType, raw);
  const model = modelIn(parts);
  const stream = parts.some((part) => part.name === 'stream' && isTrue(raw, part));
  const { start, end } = model ?? { start: 0, end: 0 };
  const named = model === undefined ? {} : { model: textOf(raw, model) };
  return { form: { contentType: contentType!, model: { start, end } }, body: { ...named, stream } };
}

/** The form with another model. */
export function spliceModel(raw: Buffer, { model }: Form, name: string): Buffer {
  return Buffer.concat([raw.subarray(0, model.start), Buffer.from(name), raw.subarray(model.end)]);
}
