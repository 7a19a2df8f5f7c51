// Names and addresses of machines inside an organization.
import type { Detector } from '../types.ts';
import { hasDigits, inOrder, spansOf } from './spans.ts';
import { traitsOf } from './traits.ts';

const PRIVATE_SUFFIX = /(?<![\w.@-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:internal|intranet|corp|lan|local|localdomain|home\.arpa|svc(?:\.cluster\.local)?|intern)(?![\w-]|\.\w)/gi;
const PRIVATE_ADDRESS = /(?<![\w.-])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\w-]|\.\d)/g;

/** Most names of machines have none of these. */
const SUFFIX = /\.(?:int(?:ern|ranet)|corp|lan|local|home|svc)/i;
const hasSuffix = (text: string): boolean => SUFFIX.test(text);

export const hostname: Detector = {
  id: 'hostname',
  title: 'names and addresses of internal machines',
  maxSpan: 255,
  mayMatch: (text) => traitsOf(text).hasDot && (hasSuffix(text) || hasDigits(text)),
  scan: (text) => inOrder([...(hasSuffix(text) ? spansOf(text, PRIVATE_SUFFIX) : []), ...spansOf(text, PRIVATE_ADDRESS)]),
};
