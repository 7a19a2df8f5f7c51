// Words for what money is paid with, in English, German and French.
import type { Concept } from './types.ts';

/** What may follow the name of a kind of number. */
export const NUMBERS = '(numbers?|nos?|nrs?|details?|data|information|info|ids?|scans?|copies)';

const SCHEMES = '(visa|master ?card|amex|american express|maestro|diners( club)?|discover|jcb|union ?pay|girocard)';

export const PAYMENT: readonly Concept[] = [
  {
    id: 'card',
    title: 'payment card numbers',
    detectors: ['pii.card'],
    phrases: [
      `(credit|debit|payment|charge|bank)( ?(and|or|,|/|&) ?(credit|debit|payment|charge))? cards? ?${NUMBERS}?`,
      `cards? ${NUMBERS}`,
      `card ?holder ${NUMBERS}`,
      `(pci|pci dss) ?(relevant |dss |scoped )?${NUMBERS}`,
      'pci (dss )?(relevante* |sensible* )?(daten|angaben|information*)',
      `${SCHEMES}( ?(and|or|,|/|&|und|oder|et|ou) ?${SCHEMES})* (cards?|${NUMBERS}|karten ?(nummern?|daten)?)`,
      'cc(#| numbers?)',
      'ccns?',
      'primary account numbers?',
      'pans',
      'pan numbers?',
      `${SCHEMES} (card )?${NUMBERS}`,
      'kreditkart*',
      'kredit( |- ?und debit)kart*',
      'debitkart*',
      'kart(en)? ?(nummer|nr|daten|angaben|information)*',
      'zahl(ungs)?kart*',
      'bankkart*',
      'ec kart*',
      'giro kart*',
      '((numéros?|données) d(e|es) )?(votre |vos |la |les )?cartes? (bancaires?|de (crédit|paiement|débit)|bleues?)',
      'numéros? de cartes?',
    ],
    weak: ['cards?', 'test ?kart*', 'pan', SCHEMES],
  },
  {
    id: 'card-security',
    title: 'card verification codes',
    detectors: ['pii.card'],
    partial: true,
    phrases: [
      '(card )?(cvv2?|cvc2?)s? ?(codes?|numbers?|nummer*)?',
      'card (verification|security) (codes?|values?|numbers?)',
      '(karten ?)?(prüf|sicherheits) ?(nummer|ziffer|code)*',
      'cryptogrammes?( visuels?)?',
    ],
  },
  {
    id: 'iban',
    title: 'IBANs',
    detectors: ['pii.iban'],
    phrases: [`ibans? ?${NUMBERS}?`, 'iban nummer*', 'international bank account numbers?'],
  },
  {
    id: 'bank-account',
    title: 'bank account numbers',
    detectors: ['pii.bank-account'],
    phrases: [
      `bank accounts? ?${NUMBERS}?`,
      'account numbers?',
      'routing numbers?',
      'account (and|or) routing numbers?',
      'sort codes?',
      '(swift|bic) ?(codes?|numbers?)?',
      'bank numbers?',
      'blz',
      'konto ?nummer*',
      'bank ?konto ?nummer*',
      'bank ?leitzahl*',
      '(numéros? d(e|es) )?comptes? bancaires?',
      'numéros? de comptes?',
    ],
  },
  {
    id: 'bank-details',
    title: 'bank account numbers and IBANs',
    detectors: ['pii.bank-account', 'pii.iban'],
    phrases: [
      'bank(ing)? (details?|data|information|info|coordinates)',
      'konto ?(daten|verbindung)*',
      'konten',
      'bank ?(verbindung|daten|konto|konten)*',
      'coordonnées bancaires',
      'données bancaires',
      'ribs?',
    ],
  },
  {
    id: 'financial-data',
    title: 'payment card and bank account numbers',
    detectors: ['pii.card', 'pii.iban', 'pii.bank-account'],
    partial: true,
    phrases: [
      '(financial|payment) (data|information|details?|account information|identifiers?)',
      'zahlungs(daten|information)*',
      'finanzdaten',
      'données (financières|de paiement)',
    ],
  },
];
