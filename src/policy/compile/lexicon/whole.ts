// Names of all that a detector finds. A rule that allows one of these allows all of it, and the detector need not look; any other name
// may mean a part: mobile numbers, debit cards, addresses of offices.
import { phrasePattern } from '../phrases.ts';

const WHOLE: Readonly<Record<string, readonly string[]>> = {
  card: [
    '(credit |payment |credit (and|or) debit )?cards? ?(numbers?|nos?|data|details)?',
    'cards',
    'pans',
    'kreditkarten(nummern?|daten)?',
    'karten ?(nummern?|daten)',
    'numéros? de cartes?( bancaires?| de (crédit|paiement))?',
    'cartes? bancaires?',
  ],
  iban: ['ibans?( numbers?| nummern?)?'],
  'bank-account': ['(bank )?account numbers?', 'konto ?nummern?', '(numéros? de )?comptes? bancaires?', 'numéros? de comptes?'],
  'bank-details': ['bank (details|data)', 'bank ?(verbindung(en)?|daten)', 'konto ?(daten|verbindung(en)?)', 'coordonnées bancaires'],
  ssn: ['ssns?( numbers?)?', 'social security( numbers?)?'],
  'national-id': [
    'national (ids?|identity|identification)( numbers?)?',
    'national identifiers?',
    "numéros? (nationa(l|ux)|d'identité|d'identification)",
  ],
  passport: ['passports?( numbers?)?', 'reisep(ass|ässe)(nummern?)?', 'passnummern?', '(numéros? de )?passeports?'],
  'driving-licence': [
    "(driving|drivers?'?s?'?) licen[cs]es?( numbers?)?",
    'f(ü|ue)hrerschein(e|nummern?)?',
    '(numéros? de )?permis de conduire',
  ],
  phone: [
    '(tele)?phones?( (numbers?|nos?))?',
    'telefon ?(nummern?|nrn?)?',
    'rufnummern?',
    'numéros? de (téléphone|tél)s?',
    'téléphones?',
  ],
  email: [
    '(e ?)?mails?( (addresses|address|ids?))?',
    '(e ?)?mail ?adressen?',
    'adresses? (e ?mail|mail|électronique|courriel|de courriel|de messagerie)s?',
    'courriels?',
  ],
  ip: ['ip (addresses|address)', 'ips', 'ip ?adressen?', 'adresses? ip'],
  person: ['(full |personal )?names?( of persons)?', 'namen?', 'personen ?namen?', 'noms?( de personnes?)?', 'noms? et prénoms?'],
  address: ['(postal )?(addresses|address)', '(post)?adressen?', 'anschriften?', 'adresses?( postales?)?'],
  contact: ['contact (details?|data|information|info)', 'kontakt ?daten', 'coordonnées'],
  pii: [
    'pii( data)?',
    'personal (data|information|details)',
    'personally identifiable (data|information)',
    'personenbezogene* daten',
    'pers(ö|oe)nliche* daten',
    'données? (à caractère )?personnel(le)?s?',
  ],
  password: ['pass ?words?', 'pass(wort|wörter)', 'kennw(ort|örter)', 'mots? de passe'],
  'private-key': ['private keys?', 'private* schlüssel', 'cl(é|ef)s? privées?'],
  jwt: ['jwts?( tokens?)?', 'json web tokens?'],
  bearer: ['bearer ?tokens?'],
  'connection-string': [
    '(database |db )?connection strings?',
    'verbindungs ?(zeichenfolgen?|zeichenketten?|strings?)',
    'chaînes? de connexion',
  ],
  secrets: ['secrets', 'credentials?', 'zugangsdaten', 'geheimnisse', 'identifiants'],
  hostname: ['host ?names?', '(host|rechner|server)namen?', "noms? d'hôtes?"],
  profanity: ['profanity', 'swear(ing| words?)', 'schimpfwörter', 'gros mots'],
  injection: ['prompt injections?', 'jailbreaks?'],
  'system-prompt': ['(the )?system prompts?', 'systemprompts?'],
};

const PATTERNS = new Map(Object.entries(WHOLE).map(([id, phrases]) => [id, new RegExp(`^(?:${phrasePattern(phrases).source})$`, 'u')]));

/** `id`: of a concept; `words`: as the rule has them, in lower case. */
export const isWhole = (id: string, words: string): boolean => PATTERNS.get(id)?.test(words) === true;
