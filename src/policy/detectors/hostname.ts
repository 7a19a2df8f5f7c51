// Names and addresses of machines inside an organization.
import type { Detector } from '../types.ts';
import { inOrder, spansOf } from './spans.ts';

const PRIVATE_SUFFIX = /(?<![\w.@-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:internal|intranet|corp|lan|local|localdomain|home\.arpa|svc(?:\.cluster\.local)?|intern)(?![\w-]|\.\w)/gi;
const PRIVATE_ADDRESS = /(?<![\w.-])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\w-]|\.\d)/g;

export const hostname: Detector = {
  id: 'hostname',
  title: 'names and addresses of internal machines',
  maxSpan: 255,
  mayMatch: (text) => text.includes('.'),
  scan: (text) => inOrder([...spansOf(text, PRIVATE_SUFFIX), ...spansOf(text, PRIVATE_ADDRESS)]),
};
