// Words for data about persons, in English, German and French.
import type { Concept } from './types.ts';

/** All that tells who somebody is. */
export const PII_DETECTORS = [
  'pii.card', 'pii.ssn', 'pii.national-id', 'pii.passport', 'pii.driving-licence', 'pii.iban', 'pii.bank-account', 'pii.phone', 'pii.email', 'pii.ip',
  'pii.person', 'pii.address',
] as const;

const WHOSE = `(customer|client|user|employee|staff|patient|member|student|applicant|candidate|subscriber|guest|tenant|citizen|person|people|individual|child|children|worker|colleague)('?s'?)?`;
const NUMBERS = '(numbers?|nos?|nrs?|details?|data|information|info|ids?|scans?|copies)';

export const PII: readonly Concept[] = [
  {
    id: 'card',
    title: 'payment card numbers',
    detectors: ['pii.card'],
    phrases: [
      `(credit|debit|payment|charge|bank)( ?(and|or|,|/|&) ?(credit|debit|payment|charge))? cards? ?${NUMBERS}?`,
      `cards? ${NUMBERS}`, `card ?holder ${NUMBERS}`, 'primary account numbers?', 'pans', 'pan numbers?', `(visa|mastercard|amex|american express) (card )?${NUMBERS}`,
      'kreditkart*', 'kredit( |- ?und debit)kart*', 'debitkart*', 'kart(en)?nummer*', 'zahl(ungs)?kart*', 'bankkart*', 'ec kart*', 'giro kart*',
      '((numéros?|données) d(e|es) )?(votre |vos |la |les )?cartes? (bancaires?|de (crédit|paiement|débit)|bleues?)', 'numéros? de cartes?',
    ],
    weak: ['cards?'],
  },
  {
    id: 'ssn',
    title: 'Social Security numbers (US)',
    detectors: ['pii.ssn'],
    phrases: [`social security ?(cards? )?${NUMBERS}?`, 'social security', 'ssns?', `ssn ${NUMBERS}`],
  },
  {
    id: 'social-insurance',
    title: 'social insurance numbers',
    detectors: ['pii.ssn', 'pii.national-id'],
    phrases: [
      'sozialversicherungs*', 'sozialversicherungs ?(und|oder) ?\\p{L}+nummer*', 'sv nummer*', 'rentenversicherungsnummer*', 'versicherungsnummer*', 'ahv nummer*',
      `social insurance ?${NUMBERS}?`, `national insurance ?${NUMBERS}?`, '(numéros? d(e|es) )?(la )?sécurité sociale', 'numéros? nir', 'numéros? de sécu',
    ],
  },
  {
    id: 'national-id',
    title: 'national identity and tax numbers',
    detectors: ['pii.national-id'],
    phrases: [
      `national (ids?|identity|identification|identifiers?)( cards?| documents?)? ?${NUMBERS}?`, `(tax|taxpayer)('?s)? ?(payer )?(ids?|identification|identifiers?) ?${NUMBERS}?`,
      'tax numbers?', 'tins?', 'itins?', 'vat (ids?|numbers?)', `(government|state) (issued )?(ids?|identity|identification|identifiers?)( cards?)? ?${NUMBERS}?`,
      `(id|identity) (cards?|documents?) ?${NUMBERS}?`, 'aadhaa?r ?(numbers?)?', 'national numbers?',
      'steuer ?(id|ids|identifikations ?nummer*|nummer*)', 'identifikationsnummer*', 'identitätsnummer*',
      'numéros? (fiscal|fiscaux|nationaux|national|d\'identité|d\'identification)( national(e|es|aux)?| fiscal(e|es)?)?', 'identifiants? fisca(l|ux)', 'cartes? (nationales? )?d\'identité',
    ],
  },
  {
    id: 'identity-card',
    title: 'identity card numbers',
    detectors: ['pii.national-id', 'pii.passport'],
    phrases: ['personalausweis*', 'ausweis(nummer|daten|kopie)*', 'ausweise'],
  },
  { id: 'identity-document', title: 'identity documents', detectors: ['pii.national-id', 'pii.passport', 'pii.driving-licence'], phrases: ['ausweisdokument*', 'identity documents', 'identification documents?'] },
  {
    id: 'passport',
    title: 'passport numbers',
    detectors: ['pii.passport'],
    phrases: [`passports? ?${NUMBERS}?`, 'reisep(ass|äss)*', 'passnummer*', '(numéros? d(e|u|es) )?passeports?'],
  },
  {
    id: 'driving-licence',
    title: 'driving licence numbers',
    detectors: ['pii.driving-licence'],
    phrases: [`(driving|drivers?'?s?'?) (licen[cs]es?|permits?) ?${NUMBERS}?`, 'dl numbers?', 'f(ü|ue)hrerschein*', '(numéros? d(e|u|es) )?permis de conduire'],
  },
  { id: 'iban', title: 'IBANs', detectors: ['pii.iban'], phrases: [`ibans? ?${NUMBERS}?`, 'iban nummer*', 'international bank account numbers?'] },
  {
    id: 'bank-account',
    title: 'bank account numbers',
    detectors: ['pii.bank-account'],
    phrases: [`bank accounts? ?${NUMBERS}?`, 'account numbers?', 'routing numbers?', 'account (and|or) routing numbers?', 'sort codes?', '(swift|bic) ?(codes?|numbers?)?', 'bank numbers?',
      'konto ?nummer*', 'bank ?konto ?nummer*', 'bank ?leitzahl*', '(numéros? d(e|es) )?comptes? bancaires?', 'numéros? de comptes?'],
  },
  {
    id: 'bank-details',
    title: 'bank account numbers and IBANs',
    detectors: ['pii.bank-account', 'pii.iban'],
    phrases: ['bank(ing)? (details?|data|information|info|coordinates)', 'konto ?(daten|verbindung)*', 'konten', 'bank ?(verbindung|daten|konto|konten)*', 'coordonnées bancaires', 'données bancaires', 'ribs?'],
  },
  {
    id: 'financial-data',
    title: 'payment card and bank account numbers',
    detectors: ['pii.card', 'pii.iban', 'pii.bank-account'],
    partial: true,
    phrases: ['(financial|payment) (data|information|details?|account information|identifiers?)', 'zahlungs(daten|information)*', 'finanzdaten', 'données (financières|de paiement)'],
  },
  {
    id: 'phone',
    title: 'phone numbers',
    detectors: ['pii.phone'],
    phrases: ['(tele)?phone (numbers?|nos?|contacts?|details?)', '(mobile|cell(ular)?|cell ?phone|mobile phone|contact|fax|landline|telephone|whatsapp)s? (numbers?|nos?)', 'phone (and|or|/) (fax|mobile|cell) numbers?', 'mobile (and|or) (landline|phone) numbers?',
      'telefon ?(nummer|nr|daten|durchwahl)*', 'handy ?(nummer|nr)*', 'mobil ?(funk ?)?(nummer)*', 'mobil(telefon|funk)?nummer*', 'rufnummer*', 'fax ?nummer*', 'durchwahl*',
      'numéros? d(e|u|es) (téléphone|portable|mobile|tél)s?', 'numéros? (téléphonique|portable|mobile)s?'],
    weak: ['(tele)?phones?', 'mobiles', 'telefon*', 'téléphones?'],
  },
  {
    id: 'email',
    title: 'e-mail addresses',
    detectors: ['pii.email'],
    phrases: ['(e ?)?mail (addresses|address|ids?|accounts?)', 'electronic mail addresses', '(e ?)?mail ?(adress|kontakt|konto|konten|anschrift)*', 'adresses? (e ?mail|mail|électronique|courriel|de courriel|de messagerie)s?'],
    weak: ['e ?mails?', 'mails?', 'courriels?'],
  },
  { id: 'ip', title: 'IP addresses', detectors: ['pii.ip'], phrases: ['ip (v[46] )?(addresses|address|ranges?|numbers?)', 'ipv[46] ?(addresses|address)?', 'ips', 'ip ?(v[46])? ?adress*', 'adresses? ip'] },
  {
    id: 'person',
    title: 'names of persons',
    detectors: ['pii.person'],
    phrases: [`(${WHOSE}|personal|full|first|last|family|real|given|sur|maiden)( and (last|family|sur))? ?names?`, `names? of (our |the |any |all |real |private |individual |other |its |their )~${WHOSE}`,
      '(personen|geburts|kunden|kundinnen|klar|nach|vor|familien|mitarbeiter|mitarbeitenden|patienten|eigen|bürger) ?name*', 'vor (und|oder) nachname*', 'namen (von|der|unserer|aller) (\\p{L}+ )?(kund|person|mitarbeit|patient|mensch|nutzer|bürger)*',
      'noms? (d(e|es)|de nos) (personnes?|clients?|employés?|patients?|salariés?|utilisateurs?|famille)', 'noms? propres', 'prénoms?', 'noms? et prénoms?'],
    weak: ['names?', 'namen?', 'noms?'],
  },
  {
    id: 'address',
    title: 'postal addresses',
    detectors: ['pii.address'],
    phrases: [`(home|postal|mailing|street|physical|residential|delivery|shipping|billing|private|personal|office|${WHOSE})( and \\p{L}+)? (addresses|address)`, 'addresses', 'places? of residence', `address(es)? of (our |the |any )~${WHOSE}`,
      '*anschrift*', '*adressen', '(wohn|post|privat|haus|kunden|liefer|rechnungs|melde)adress*', 'wohnort*', 'adresses', 'adresses? (postale|personnelle|privée|physique|du domicile|de domicile|de livraison|des clients?|de nos clients)s?'],
    weak: ['address', 'adresse'],
  },
  { id: 'contact', title: 'contact details (e-mail, phone, postal address)', detectors: ['pii.email', 'pii.phone', 'pii.address'], phrases: ['contact (details?|data|information|info)', 'kontakt ?(daten|information|angaben)*', 'coordonnées( personnelles)?'] },
  {
    id: 'pii',
    title: 'personal data of all kinds',
    detectors: PII_DETECTORS,
    family: true,
    phrases: [
      'pii', 'pii data', '(sensitive )?personal(ly)? ?(identifiable|identifying|identification)? (data|information|details?|info|identifiers?|records?)', 'personally (identifiable|identifying)', 'personal (and|or) (confidential|sensitive|private) (data|information)',
      `private (personal )?(data|information|details?|info)( of ${WHOSE})?`, 'identifiable (data|information)', 'identifying (data|information|details)', '(data|information) (that|which) (identif|could identify)* (a |an )?(person|people|individual|natural person)s?', 'gdpr (relevant )?data', 'personal identifiers?',
      'personenbezogen*( oder| und| sensible*| vertrauliche*)~ (daten|information*|angaben)?', 'personen(daten|bezug*|information*)', 'pers(ö|oe)nliche* (daten|information*|angaben|details)', 'private* (daten|information*|angaben)', 'daten (von|über|zu) (natürlichen )?personen',
      '(données?|informations?) (à caractère )?(personnel|privé|nominatif|nominative)(le)?s?', 'données d\'identification personnelle', 'informations? permettant d\'identifier (une personne|des personnes)', 'dcp',
    ],
  },
  {
    id: 'customer-data',
    title: 'personal data in data of customers',
    detectors: PII_DETECTORS,
    family: true,
    partial: true,
    phrases: [`${WHOSE} (data|information|details|records?|info)`, `(data|information|records?|details) (of|about|on) (our |the |any |individual )~${WHOSE}`, '(kunden|mitarbeiter|nutzer|patienten|personal|bürger)(daten|information*|akten)', 'données (d(e|es)|de nos) (clients?|employés?|utilisateurs?|patients?)'],
  },
];
