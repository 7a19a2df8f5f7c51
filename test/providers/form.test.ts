// Forms as SDKs send them, and forms that two readers may read differently.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { readForm, spliceModel } from '../../src/providers/form.ts';

const TYPE = 'multipart/form-data; boundary=b0';
const field = (name: string, value: string): string => `--b0\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const FILE =
  '--b0\r\nContent-Disposition: form-data; name="file"; filename="a; name=\\"model\\""\r\nContent-Type: audio/wav\r\n\r\n\0\r\n\n--b\r\n';
const END = '--b0--\r\n';

const read = (text: string, type: string | undefined = TYPE) => readForm(type, Buffer.from(text, 'latin1'));
function refusalOf(text: string, type?: string): GatewayError {
  try {
    read(text, type);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a form', () => {
  it('tells its model, and where that stands', () => {
    const text = FILE + field('model', 'whisper-1') + field('language', 'de') + END;
    const { form, body } = read(text);
    expect(body).toEqual({ model: 'whisper-1', stream: false });
    expect(text.slice(form.model.start, form.model.end)).toBe('whisper-1');
    expect(form.contentType).toBe(TYPE);
  });

  it('may have no model, which is for others to refuse', () => {
    expect(read(FILE + END).body).toEqual({ stream: false });
    expect(read(field('model', '') + END).body).toEqual({ model: '', stream: false });
  });

  it('says whether to stream', () => {
    expect(read(field('stream', 'true') + END).body).toEqual({ stream: true });
    expect(read(field('stream', 'false') + END).body).toEqual({ stream: false });
  });

  it.each([
    'multipart/form-data; boundary="b0"',
    'Multipart/Form-Data;boundary=b0;charset=utf-8',
    'multipart/form-data; charset="x;y"; boundary=b0;',
  ])('has its boundary in the header %s', (type) => {
    expect(read(field('model', 'm') + END, type).body['model']).toBe('m');
  });

  it('may name its model without quotes, with a type, and end without a line', () => {
    const part = '--b0\r\nContent-Type: text/plain; charset=utf-8\r\ncontent-disposition: form-data; name=model\r\n\r\nm\r\n--b0--';
    expect(read(part).body['model']).toBe('m');
  });

  it('gets another model in place, and keeps every other byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.stringMatching(/^[\w:/.-]{1,20}$/),
        fc.stringMatching(/^[\w:/.-]{1,20}$/),
        (bytes, asked, known) => {
          const around = (model: string): Buffer =>
            Buffer.concat([
              Buffer.from('--b0-long\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n'),
              bytes,
              Buffer.from(`\r\n--b0-long\r\ncontent-disposition: form-data; name="model"\r\n\r\n${model}\r\n--b0-long--\r\n`),
            ]);
          const raw = around(asked);
          const { form, body } = readForm('multipart/form-data; boundary=b0-long', raw);
          expect(body['model']).toBe(asked);
          expect(spliceModel(raw, form, known).equals(around(known))).toBe(true);
        },
      ),
    );
  });
});

describe('a form is refused', () => {
  const MODEL = field('model', 'm');
  const named = (disposition: string, more = ''): string => `--b0\r\nContent-Disposition: ${disposition}\r\n${more}\r\nm\r\n`;

  it.each([
    ['that is JSON', '{}', 'application/json'],
    ['without a boundary', MODEL + END, 'multipart/form-data'],
    ['with two boundaries', MODEL + END, 'multipart/form-data; boundary=b0; boundary=b1'],
    ['with an empty boundary', MODEL + END, 'multipart/form-data; boundary=""'],
    ['of another kind', MODEL + END, 'multipart/mixed; boundary=b0'],
    ['that is empty', '', TYPE],
    ['with words in front', `preamble\r\n${MODEL}${END}`, TYPE],
    ['with words behind', `${MODEL}${END}more`, TYPE],
    ['that does not end', MODEL, TYPE],
    ['cut inside a part', MODEL.slice(0, -3), TYPE],
    ['whose boundary stands in a value', field('prompt', 'x--b0y') + END, TYPE],
    [
      'whose boundary follows a bare line feed',
      `${field('prompt', 'x\n--b0\nContent-Disposition: form-data; name="model"\n\nother')}${MODEL}${END}`,
      TYPE,
    ],
    ['whose boundary follows half a line end', `${field('prompt', 'x').replace(/\r\n$/, '\n')}${MODEL}${END}`, TYPE],
    ['with blanks behind a boundary', MODEL.replace('--b0', '--b0 ') + END, TYPE],
    ['with a folded header', named('form-data;\r\n name="model"') + END, TYPE],
    ['with a bare line feed in a header', named('form-data; x=1\nname="model"') + END, TYPE],
    [
      'with a bare line feed before a header',
      named('form-data; name="x"', 'X: y\nContent-Disposition: form-data; name="model"\r\n') + END,
      TYPE,
    ],
    ['with a part without a name', named('form-data') + END, TYPE],
    ['with a part of two names', named('form-data; name="x"; name="model"') + END, TYPE],
    ['with two dispositions', named('form-data; name="x"', 'Content-Disposition: form-data; name="model"\r\n') + END, TYPE],
    ['with an extended name', named('form-data; name="x"; name*=utf-8\'\'model') + END, TYPE],
    ['with an escaped name', named('form-data; name="mod\\el"') + END, TYPE],
    ['with rubbish behind a name', named('form-data; name="x" name="model"') + END, TYPE],
    ['with an attachment', named('attachment; name="model"') + END, TYPE],
    ['with too many parts', field('x', '1').repeat(257) + END, TYPE],
    ['with endless headers', `--b0\r\nX: ${'x'.repeat(9000)}\r\n\r\nm\r\n${END}`, TYPE],
  ])('%s', (_what, text, type) => {
    expect(refusalOf(text, type).code).toBe('body_not_form');
  });

  it.each([
    ['two models', MODEL + MODEL],
    ['a list of models besides', MODEL + field('model[]', 'other')],
    ['a model with blanks around its name besides', MODEL + field(' model', 'other')],
    ['a model in capitals', field('Model', 'm')],
    ['a model in a file', named('form-data; name="model"; filename="m.txt"')],
    ['a model in another charset', named('form-data; name="model"', 'Content-Type: text/plain; charset=utf-16\r\n')],
    ['a model that is encoded', named('form-data; name="model"', 'Content-Transfer-Encoding: base64\r\n')],
  ])('by the name of the field for %s', (_what, text) => {
    expect(refusalOf(text + END)).toMatchObject({ code: 'body_not_form', param: 'model' });
  });

  it('or read, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('--b0', '--b0--', '\r\n', '\n', ':', ';', '"', 'name=', 'model', 'Content-Disposition: form-data', ' ', '\\'),
        ),
        (pieces) => {
          try {
            read(pieces.join(''));
          } catch (error) {
            expect(error).toBeInstanceOf(GatewayError);
          }
        },
      ),
    );
  });
});
