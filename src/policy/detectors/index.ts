// The registry: one line per detector. A policy that names one which is missing here cannot be compiled, and says so.
import type { DetectorUse } from '../../snapshot/snapshot.ts';
import type { Detector } from '../types.ts';
import { address } from './address.ts';
import { card } from './card.ts';
import { bankAccount, drivingLicence, passport } from './documents.ts';
import { email } from './email.ts';
import { hostname } from './hostname.ts';
import { iban } from './iban.ts';
import { injection } from './injection.ts';
import { weights } from '../injection/model.ts';
import { ip } from './ip.ts';
import { keyword } from './keyword.ts';
import { nationalId } from './national-id.ts';
import { pattern } from './pattern.ts';
import { person } from './person.ts';
import { phone } from './phone.ts';
import { profanity } from './profanity.ts';
import { anySecret, SECRETS } from './secrets/all.ts';
import { ssn } from './ssn.ts';
import { systemPrompt } from './system-prompt.ts';

type Make = (use: DetectorUse) => Detector;
const always = (detector: Detector): Make => () => detector;

const REGISTRY: Readonly<Record<string, Make>> = {
  'pii.card': always(card),
  'pii.ssn': always(ssn),
  'pii.national-id': ({ countries }) => nationalId(countries),
  'pii.passport': always(passport),
  'pii.driving-licence': always(drivingLicence),
  'pii.iban': always(iban),
  'pii.bank-account': always(bankAccount),
  'pii.phone': ({ countries }) => phone(countries),
  'pii.email': always(email),
  'pii.ip': always(ip),
  'pii.person': always(person),
  'pii.address': always(address),
  secret: always(anySecret),
  ...Object.fromEntries(SECRETS.map((detector) => [detector.id, always(detector)])),
  injection: () => {
    weights();
    return injection;
  },
  'system-prompt': always(systemPrompt),
  profanity: always(profanity),
  hostname: always(hostname),
  keyword: ({ keywords = [] }) => keyword(keywords),
  pattern: ({ pattern: source = '' }) => pattern(source),
};

/** Ids of all detectors. */
export const DETECTOR_IDS: readonly string[] = Object.keys(REGISTRY);

/** Thrown for an id that this version does not have. */
export class UnknownDetectorError extends Error {
  override readonly name = 'UnknownDetectorError';
}

const MADE_FROM = new WeakMap<Detector, DetectorUse>();

/** What a detector of detectorOf was made from, so that it can be made again in another thread. */
export const useOf = (detector: Detector): DetectorUse => MADE_FROM.get(detector) ?? { id: detector.id };

/** Makes a detector ready. Throws UnknownDetectorError, or PatternError for an expression that is none. */
export function detectorOf(use: DetectorUse): Detector {
  const make = Object.hasOwn(REGISTRY, use.id) ? REGISTRY[use.id] : undefined;
  if (make === undefined) throw new UnknownDetectorError(`there is no detector ${use.id}`);
  const made = make(use);
  const detector: Detector = use.advisory === true ? { ...made, id: `${made.id}:advisory`, advisory: true } : made;
  MADE_FROM.set(detector, use);
  return detector;
}
