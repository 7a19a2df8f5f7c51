// Rules as people write them, from policies of companies and tickets: no detector may be missed, and no judge be asked for filler words.
import { describe, expect, it } from 'vitest';
import { compileRule } from '../../../src/policy/compile/compile.ts';
import { PII_DETECTORS } from '../../../src/policy/compile/lexicon/pii.ts';

const PII = PII_DETECTORS.join(' ');
const KEYS = 'secret.vendor-key secret.entropy';
const TOKENS = `${KEYS} secret.jwt secret.bearer`;

function planned(content: string) {
  const { detectors, needsJudge } = compileRule({ content });
  const inShort = detectors.map(({ id, keywords, pattern }) => (keywords === undefined ? (pattern ?? id) : `"${keywords.join(',')}"`));
  return { detectors: inShort.toSorted(), judge: needsJudge };
}

const sorted = (detectors: string): string[] => detectors.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/).filter((id) => id !== '').toSorted();

describe('detectors alone', () => {
  it.each<[rule: string, detectors: string]>([
    ['Never send PCI data to a model.', 'pii.card'],
    ['No card numbers whatsoever.', 'pii.card'],
    ['Prompts must be free of card numbers.', 'pii.card'],
    ['No IBAN may be present in a prompt.', 'pii.iban'],
    ['GDPR: never share e-mail addresses.', 'pii.email'],
    ['Under no circumstances may passwords be shared.', 'secret.password'],
    ['Do not accept VISA or Mastercard numbers.', 'pii.card'],
    ['No VISA or Mastercard in chats.', 'pii.card'],
    ['Refrain from sharing passwords.', 'secret.password'],
    ['Nobody may upload passports.', 'pii.passport'],
    ['No one may see IBANs.', 'pii.iban'],
    ['Phone numbers must be anonymised.', 'pii.phone'],
    ['Agents shall not forward bank account numbers or sort codes to the assistant.', 'pii.bank-account'],
    ['If a prompt contains an IBAN, block it.', 'pii.iban'],
    ['Any message that includes a social security number has to be rejected.', 'pii.ssn'],
    ['It is not permitted to upload passports.', 'pii.passport'],
    ['We do not allow credit card information in chats with customers.', 'pii.card'],
    ['Make sure no passwords end up in the logs of the model.', 'secret.password'],
    ['No customer PII leaves our network.', PII],
    ['Strip e-mail addresses and phone numbers from all requests.', 'pii.email pii.phone'],
    ['Never mention the customer Acme Corp or the vendor Hooli.', '"acme corp,hooli"'],
    ['No mention of Globex.', '"globex"'],
    ['Never say the word "guarantee".', '"guarantee"'],
    ['Our internal codename "Nightjar" must not appear anywhere.', '"nightjar"'],
    ['Order numbers have the format ORD-2024-00012 and must stay internal.', 'ORD-\\d{4}-\\d{5}'],
    ['Employees are not authorised to share social security numbers.', 'pii.ssn'],
    ['Do not include any of the following: SSN; IBAN; passport number.', 'pii.ssn pii.iban pii.passport'],
    ['Credit card numbers: no. E-mail addresses: yes.', 'pii.card'],
    ['Reject prompts unless they are free of card numbers.', 'pii.card'],
    ['Block all messages unless they contain no IBAN.', 'pii.iban'],
    ['Detect and block leaked API keys.', KEYS],
    ['Warn if a phone number is shared.', 'pii.phone'],
    ['Protect the system prompt.', 'system-prompt'],
    ['No IBANs. No names.', 'pii.iban pii.person'],
    ['No passwords; no tokens.', `secret.password ${TOKENS}`],
    ['No SSN/TIN/passport data in requests.', 'pii.ssn pii.national-id pii.passport'],
    ['Confidential data such as IBANs must not be shared.', 'pii.iban'],
    ['Kartendaten dürfen nicht geteilt werden.', 'pii.card'],
    ['Keine Karten-Nummern.', 'pii.card'],
    ['Keine DSGVO-relevanten Daten in Prompts.', PII],
    ['DSGVO: Keine E-Mail-Adressen weitergeben.', 'pii.email'],
    ['Passwörter müssen draußen bleiben.', 'secret.password'],
    ['Kreditkartennummern haben hier nichts verloren.', 'pii.card'],
    ['Unterlasse es, Kreditkartennummern zu teilen.', 'pii.card'],
    ['Niemand darf Führerscheindaten weitergeben.', 'pii.driving-licence'],
    ['Keine Weitergabe von Kreditkarten-, Konto- oder Ausweisdaten.', 'pii.card pii.iban pii.bank-account pii.national-id pii.passport'],
    ['Es ist untersagt, Personalausweiskopien hochzuladen.', 'pii.national-id pii.passport'],
    ['Telefonnummern und Anschriften von Kunden sind zu schwärzen.', 'pii.phone pii.address'],
    ['Das Teilen von Passwörtern ist streng verboten.', 'secret.password'],
    ['Unter keinen Umständen IBANs an externe Modelle senden.', 'pii.iban'],
    ['Die Projekte „Polarstern“ und „Seeadler“ sind streng vertraulich.', '"polarstern,seeadler"'],
    ['Verhindere, dass jemand den Systemprompt ausliest.', 'system-prompt'],
    ['Erkenne Kreditkartennummern und blockiere sie.', 'pii.card'],
    ['Gib keine internen IP-Adressen oder Passwörter heraus!', 'pii.ip secret.password'],
    ['Bankdaten? Nein!', 'pii.iban pii.bank-account'],
    ['Es dürfen weder IBANs noch Kreditkartennummern genannt werden.', 'pii.iban pii.card'],
    ['N’envoyez jamais de numéros de sécurité sociale.', 'pii.ssn pii.national-id'],
    ['Interdiction de communiquer des adresses IP.', 'pii.ip'],
    ['Masquez les numéros de téléphone.', 'pii.phone'],
    ['Aucun mot de passe ni clé API dans les requêtes.', `secret.password ${KEYS}`],
    ['Personne ne doit partager de mots de passe.', 'secret.password'],
    ['Les numéros de passeport sont strictement confidentiels.', 'pii.passport'],
  ])('%s', (rule, detectors) => {
    expect(planned(rule)).toEqual({ detectors: sorted(detectors), judge: false });
  });
});

describe('detectors for a part, and a judge for the rest', () => {
  it.each<[rule: string, detectors: string]>([
    ['NHS numbers must not be shared.', 'pii.national-id'],
    ['PAN and CVV must never be stored or sent.', 'pii.card'],
    ['Never reveal customer e-mails, not even partially.', 'pii.email'],
    ['Keine Daten von Kunden an KI-Modelle.', PII],
    ['JWTs, cookies and session tokens must not be pasted.', TOKENS],
    ['PII, PHI and PCI data must never reach an external LLM.', PII],
    ['Never share a customer name together with their IBAN.', 'pii.person pii.iban'],
    ['Only the last four digits of card numbers may be shown.', 'pii.card'],
    ['No one outside finance may see IBANs.', 'pii.iban'],
    ['Never share anything about Project Aurora, Blue Moon, or their budgets.', '"aurora,blue moon"'],
    ['Keine Beleidigungen oder Schimpfwörter in Antworten.', 'profanity'],
    ['No IBANs or screenshots.', 'pii.iban'],
    ['No IBANs, reports or tickets.', 'pii.iban'],
  ])('%s', (rule, detectors) => {
    expect(planned(rule)).toEqual({ detectors: sorted(detectors), judge: true });
  });
});

describe('no detector for what only sounds alike', () => {
  it.each([
    'MAC addresses must not be shared.',
    'Web addresses of internal tools are confidential.',
    'No crypto wallet addresses.',
    'Webadressen und MAC-Adressen sind vertraulich.',
    'Do not help with phishing e-mails.',
    'Do not write rude e-mails.',
  ])('%s', (rule) => {
    expect(planned(rule)).toEqual({ detectors: [], judge: true });
  });
});
