// What follows the word "password". Source code names passwords all the time without holding one, so the value has to look like one.
import type { Detector } from '../../types.ts';
import { inOrder } from '../spans.ts';
import { groupsOf } from './groups.ts';
import { entropyOf, isStandIn } from './randomness.ts';

const WORD = String.raw`(?:pass(?:word|wd|phrase|wort|code)|kennwort|pwd|contraseña|mot de passe)(?:[_-]?\d{1,2})?`;
const ASSIGNED = String.raw`["'\]\x60)]{0,2}\s{0,4}(?:=>|:=|===?|=|:)\s{0,4}`;
const OF = String.raw`(?:\s(?:for|of|für|von)\s[^\r\n=:]{1,40})?`;
const SAID = String.raw`${OF}\s(?:is|was|ist|war|lautet|to|auf|es|est)(?:\s{0,2}:\s{0,2}|\s{1,2}(?:now |set to |jetzt )?:?\s?)`;
const QUOTED = String.raw`(?:"([^"\s]{4,64})"|'([^'\s]{4,64})'|\x60([^\x60\s]{4,64})\x60)`;
const BARE = String.raw`[„“‚‘«]?([^\s"'\x60,;<>()[\]{}„“”‚‘«»]{6,64})(?![^\s,;"'.!?)“”‘’»])`;
const IN_CODE = new RegExp(`${WORD}${ASSIGNED}(?:${QUOTED}|${BARE})`, 'gi');
const IN_WORDS = new RegExp(`${WORD}${SAID}(?:${QUOTED}|${BARE})`, 'gi');
/** A colon, or "lautet", announces it more clearly than "is" does: then a word alone is one, too, where the sentence ends with it. */
const ANNOUNCED = String.raw`${WORD}${OF}\s(?:(?:is|was|ist|war|es|est)\s{0,2}:|lautet(?:\s{0,2}:)?)\s{1,2}`;
const SENTENCE_ENDS = String.raw`(?=["'\x60“”‘’»]?(?:[.!?]{1,3}(?:\s|$)|\s{0,3}(?:$|[\r\n])))`;
const LAST_WORD = new RegExp(String.raw`${ANNOUNCED}["'\x60„“‚‘«]?([A-Za-z][\w!@#$%^&*+?-]{4,62}\w)${SENTENCE_ENDS}`, 'gi');
const IN_A_SENTENCE = new RegExp(`${ANNOUNCED}${BARE}`, 'gi');
/** What a password is called, rather than what it is. */
const STATE = new RegExp(
  `^(?:${[
    'required optional incorrect wrong invalid correct missing weak strong expired encrypted hashed empty blank unknown unset reset changed',
    'stored shown hidden sent secret private protected disabled enabled unique random secure insecure compromised leaked visible above',
    'below follows folgt folgendermaßen falsch richtig leer geheim abgelaufen erforderlich unbekannt verschlüsselt gespeichert korrekt sicher unsicher',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$`,
  'i',
);
const SECRET = new RegExp(String.raw`secret(?:[_-]?key)?(?:${ASSIGNED}|["'],\s{0,4})(?:"([^"\s]{8,80})"|'([^'\s]{8,80})')`, 'gi');
/** login x password y, as in files of netrc; --password y, as on command lines. */
const IN_COMMANDS = new RegExp(
  String.raw`(?:\blogin\s{1,8}\S{1,80}\s{1,8}password\s{1,8}|(?:^|\s)--?(?:password|passwd|pass)[ =])["']?([^\s"'\x60,;<>()[\]{}]{4,64})`,
  'gi',
);
const WITH_USER = /(?:\bpsexec\b[^\r\n]{0,120}\s-p\s|NetworkCredential\(["'][^"'\r\n]{1,80}["'],\s{0,4}["'])([^\s"',;<>()[\]{}]{4,64})/g;
/** What is written right before it, so that plain words count as a password, too. */
const USER =
  /(?:user(?:_?name)?|login|uid)["'\]]{0,2}\s{0,4}(?:=>|:=|=|:)\s{0,4}["'\x60]?[^\s"'\x60=:]{1,80}["'\x60]?,?;?(?:\s|#[^\r\n]{0,80}|\/\/[^\r\n]{0,80}){1,6}\W{0,8}$/i;

const MIXED = /^(?=.*[A-Za-z])(?=.*(?:\d|[^\w\s./:-]))/;
/** Names, paths, calls, types and the like. */
const CODE =
  /^(?:this|self|req|res|process|props|config|params|event|state|form|data|opts|options|ctx|window|document|new|await|import|require|function)\b|^[\w$]+\.[\w$.]+$|^[./~\\#]|\\[wdsnrtu]|=>|&&|\|\||[([{]|\/\w+\/|^\w+:\w*$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[A-Za-z_$-]*(?:pass|pwd)[A-Za-z_-]*$|^[,;:)]/i;

const unquoted = (value: string): string => value.replace(/^["'\\]+|["'\\]+$/g, '');
const isPassword = (value: string): boolean => MIXED.test(value) && !CODE.test(value) && !isStandIn(unquoted(value));
/** Of any length, signs included, as frameworks make them for their own use. */
const isSecret = (value: string): boolean =>
  (isPassword(value) && /\w[^\w\s./:-]\w|\d\D+\d/.test(value)) ||
  (value.length >= 32 && entropyOf(value) > 4 && /[^\w./:-]/.test(value) && !isStandIn(value));
const isWord = (value: string): boolean => /^[A-Za-z][\w!@$%^&*?-]{3,31}$/.test(value) && !CODE.test(value) && !isStandIn(value);

export const password: Detector = {
  id: 'secret.password',
  title: 'passwords that the word "password" introduces (EN, DE, FR, ES)',
  maxSpan: 64,
  mayMatch: (text) => /pass|kennwort|pwd|contrase|psexec|secret|NetworkCredential/i.test(text),
  scan(text) {
    const isAnonymous = ({ index }: RegExpExecArray): boolean =>
      /["'\s=]anonymous["'\s;,]/i.test(text.slice(Math.max(0, index - 60), index));
    const hasUser = (match: RegExpExecArray): boolean => USER.test(text.slice(Math.max(0, match.index - 160), match.index));
    return inOrder([
      ...groupsOf(
        text,
        IN_CODE,
        (value, match) => !isAnonymous(match) && (isPassword(value) || (match[4] === undefined && isWord(value) && hasUser(match))),
      ),
      ...groupsOf(text, IN_WORDS, (value, match) =>
        match[4] === undefined ? isPassword(value) || isWord(value) : /\d/.test(value) && isPassword(value),
      ),
      ...groupsOf(text, LAST_WORD, (value) => isWord(value) && !STATE.test(value)),
      ...groupsOf(text, IN_A_SENTENCE, isPassword),
      ...groupsOf(text, SECRET, isSecret),
      ...groupsOf(text, WITH_USER, (value) => isPassword(value) || isWord(value)),
      ...groupsOf(text, IN_COMMANDS, (value) => isPassword(value)),
    ]);
  },
};
