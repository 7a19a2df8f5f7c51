// Words for credentials, in English, German and French.
import type { Concept } from './types.ts';

/** All that opens something. */
export const SECRET_DETECTORS = [
  'secret.vendor-key',
  'secret.entropy',
  'secret.private-key',
  'secret.jwt',
  'secret.bearer',
  'secret.password',
  'secret.connection-string',
] as const;

const VENDOR =
  '(aws|azure|gcp|google|openai|anthropic|github|gitlab|stripe|slack|cloud|vendor|provider|service|service account|webhook|' +
  'application|app|developer|license|licence)';

export const SECRETS: readonly Concept[] = [
  {
    id: 'api-key',
    title: 'API keys',
    detectors: ['secret.vendor-key', 'secret.entropy'],
    phrases: [
      'api ?(access )?(keys?|secrets?)',
      'api keys? (and|or) secrets',
      `${VENDOR} (api |access |secret )~(keys?)`,
      '(access|secret|client secret|secret access) keys?',
      'client secrets?',
      'api ?schlüssel*',
      '(zugangs|zugriffs) ?schlüssel*',
      'geheime* schlüssel*',
      "cl(é|ef)s? (d'|de l')?api",
      "cl(é|ef)s? (d'accès|secrètes?)",
    ],
  },
  {
    id: 'token',
    title: 'access tokens',
    detectors: ['secret.vendor-key', 'secret.entropy', 'secret.jwt', 'secret.bearer'],
    phrases: [
      `(api|access|auth|authentication|authorization|oauth|session|refresh|security|personal access|id|identity|` +
        `${VENDOR})( and \\p{L}+)? tokens?`,
      '(zugriffs|zugangs|api|auth|sitzungs) ?tokens?',
      "jetons? d(e |'|es )(accès|api|authentification|session|sécurité)",
    ],
    weak: ['tokens?', 'jetons?'],
  },
  {
    id: 'password',
    title: 'passwords',
    detectors: ['secret.password'],
    phrases: [
      '(user |account |admin |root |login )?pass ?words?',
      'pass ?phrases?',
      'pass ?codes?',
      'pwds?',
      '*pass(wort|wörter|worte)*',
      '*kennw(ort|örter)*',
      'mots? de passe',
    ],
  },
  {
    id: 'private-key',
    title: 'private keys',
    detectors: ['secret.private-key'],
    phrases: [
      'private (ssh |pgp |gpg |rsa |signing |encryption |crypto* )?keys?',
      '(ssh|pgp|gpg|rsa|signing|encryption|cryptographic|crypto|tls|ssl|pem|certificate) (private )?keys?',
      'privat(e|en|er)? ?schlüssel*',
      '(ssh|pgp|krypto) ?schlüssel*',
      'cl(é|ef)s? (privée|ssh|pgp|de chiffrement)s?',
    ],
  },
  {
    id: 'keys',
    title: 'keys',
    detectors: ['secret.vendor-key', 'secret.entropy', 'secret.private-key'],
    phrases: [],
    weak: ['keys', '(test ?)?schlüssel', 'cl(é|ef)s'],
  },
  { id: 'jwt', title: 'JSON Web Tokens', detectors: ['secret.jwt'], phrases: ['jwts?', 'jwt tokens?', 'json web tokens?'] },
  {
    id: 'bearer',
    title: 'bearer tokens',
    detectors: ['secret.bearer'],
    phrases: [
      'bearer ?(auth*|tokens?|credentials?)?',
      'authori[sz]ation headers?',
      'jetons? (bearer|porteurs?|au porteur)',
      'bearer ?tokens?',
    ],
  },
  {
    id: 'connection-string',
    title: 'connection strings',
    detectors: ['secret.connection-string'],
    phrases: [
      '(database |db )?connection (strings?|urls?|uris?)',
      '(database|db) (urls?|uris?|dsns?)',
      'dsns?',
      'jdbc (urls?|strings?)',
      '(datenbank)?verbindungs ?(zeichenfolge|zeichenkette|string|url)*',
      'connection ?strings?',
      'chaînes? de connexion',
    ],
  },
  {
    id: 'database-credentials',
    title: 'database credentials',
    detectors: ['secret.connection-string', 'secret.password'],
    phrases: [
      '(database|db|sql) (credentials?|pass ?words?|log ?ins?|secrets?)',
      'datenbank ?(zugang|zugänge|zugangsdaten|passw|kennw)*',
      'identifiants? de (la )?bases? de données',
    ],
  },
  {
    id: 'secrets',
    title: 'secrets of all kinds (keys, tokens, passwords)',
    detectors: SECRET_DETECTORS,
    family: true,
    phrases: [
      '(hard ?coded |application |cloud |authentication |access |technical |embedded )~(secrets|credentials?)',
      'secret (values?|material)',
      'log ?in (data|details?|credentials?|information|info)',
      '(access|authentication) (data|details|information)',
      'creds',
      'geheimnisse*',
      'zugangs(daten|information)*',
      'anmelde ?(daten|information)*',
      'login ?daten',
      'logins',
      '(zugriffs|authentifizierungs)daten',
      'secrets',
      "(identifiants?|informations?|données) (de connexion|d'(accès|authentification|identification))",
      'identifiants',
    ],
  },
];
