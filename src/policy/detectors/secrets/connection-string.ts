// Passwords inside of addresses and of connection strings.
import type { Detector, Span } from '../../types.ts';
import { inOrder } from '../spans.ts';
import { traitsOf } from '../traits.ts';
import { groupsOf } from './groups.ts';
import { isStandIn } from './randomness.ts';

/** scheme://user:password@host */
const ADDRESS = /(?<![\w+.-])[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@"'<>`]{0,128}:([^\s/"'<>`]{2,128})@(?=[\w[%.-]|\$\{)/gi;
/** Key=value pairs as databases of Microsoft and others take them. */
const PAIR =
  /(?:(?:user(?:[ _]?id|name)?|uid|login)\s{0,2}=\s{0,2}[^;\r\n"']{1,80};[^\r\n]{0,120}?(?:password|pwd)\s{0,2}=\s{0,2}|;\s{0,2}(?:AccountKey|SharedAccessKey|SharedSecret(?:Value)?|Secret)=)([^;\s"'<>&]{4,128})/gi;
const REVERSED =
  /(?:password|pwd)\s{0,2}=\s{0,2}([^;\s"'<>&]{3,64});[^\r\n]{0,80}?(?:user(?:[ _]?id|name)?|uid|database|initial catalog|server)\s{0,2}=/gi;

const PLACES = /^(?:pass(?:word|wd)?|pw|pwd|user|username|token|key|secret_?key|port|\d{1,5})$/i;
const isPassword = (value: string): boolean =>
  !isStandIn(value.replace(/^#(?=.*\d)/, '')) && !PLACES.test(value) && !/[()[\]{}]|^\$|\+$/.test(value);

export const connectionString: Detector = {
  id: 'secret.connection-string',
  title: 'passwords in addresses and connection strings',
  maxSpan: 128,
  mayMatch: (text) => text.includes('://') || (traitsOf(text).hasEquals && /(?:key|secret|password|pwd)\s{0,2}=/i.test(text)),
  scan(text): Span[] {
    return inOrder([...groupsOf(text, ADDRESS, isPassword), ...groupsOf(text, PAIR, isPassword), ...groupsOf(text, REVERSED, isPassword)]);
  },
};
