// Words for what the remaining detectors find, in English, German and French.
import type { Concept } from './types.ts';

/** What is called an address and is none of the post. */
export const OTHER_ADDRESSES: Concept = {
  id: 'other-addresses',
  title: 'addresses of devices, pages and wallets',
  detectors: [],
  phrases: [
    '(mac|ethernet|hardware|device|memory|web|website|url|uri|internet|https?|site|page|(crypto )?wallet|bitcoin|btc|ethereum|' +
      'crypto|blockchain|contract) (addresses|address)',
    '(mac|hardware|geräte|speicher|web|webseiten|internet|url|wallet|bitcoin) ?adress*',
    'adresses? (mac|web|internet|url|bitcoin|des? (sites?|pages?))',
  ],
};

export const OTHERS: readonly Concept[] = [
  {
    id: 'hostname',
    title: 'names of internal machines',
    detectors: ['hostname'],
    phrases: [
      'host ?names?',
      'names? of (our |the |all |any |internal |private )~(hosts?|servers?|machines?|computers?|systems?)',
      '(internal|private) (host|domain|server|machine|dns|url|endpoint)s?( names?)?',
      '(server|machine|computer|node) names?',
      'fqdns?',
      'internal network addresses',
      '(host|rechner|server|maschinen) ?name*',
      'interne* (hosts?|domains?|server|url|adress)*',
      "noms? (d'hôtes?|de (machine|serveur|domaine interne)s?)",
      '(hôtes?|serveurs?|domaines?) internes?',
    ],
  },
  {
    id: 'profanity',
    title: 'profanity',
    detectors: ['profanity'],
    phrases: [
      'profan*',
      'swear ?(words?|ing)?',
      'swearing',
      'curs(es?|ing)( words?)?',
      'cuss*( words?)?',
      'vulgar*( language| words?| expressions?)?',
      'obscen*( language| words?)?',
      '(foul|strong|coarse|crude) language',
      'bad words?',
      'expletives?',
      'four letter words?',
      'dirty words?',
      'schimpf ?(wort|wörter|worte|ausdr)*',
      'kraft ?ausdr*',
      'fluchen',
      'fl(üche|uch)*',
      'vulg(är|aer)*( sprache| ausdrücke*| wörter*)?',
      'obsz(ö|oe)n*( sprache| ausdrücke*)?',
      'unflätig*',
      'derbe* (sprache|ausdrücke*)',
      'gros mots?',
      'jurons?',
      'grossi(er|ers|ère|ères|èreté|èretés)',
      '(langage|mots?|propos) (grossiers?|vulgaires?|orduriers?|obscènes?)',
      'vulgarités?',
      'obscénités?',
      'insanités?',
    ],
  },
  {
    id: 'injection',
    title: 'prompt injection and jailbreak attempts',
    detectors: ['injection'],
    phrases: [
      'prompt injections?( attacks?| attempts?)?',
      'jail ?break*( attacks?| attempts?| prompts?)?',
      'injections? (attacks?|attempts?)',
      'injections',
      'prompt (attacks?|hacking|hijacking|manipulation)',
      'injected (instructions|prompts)',
      'dan prompts?',
      '(ignore|ignoring|overrid(e|ing)|disregard(ing)?|bypass(ing)?|circumvent(ing)?|evad(e|ing)|forget(ting)?) (the |all |your |' +
        'any |its |these |their |our |previous |prior |earlier |safety |system |given |content )~(instructions?|rules?|guidelines?|' +
        'guardrails?|safety|polic(y|ies)|restrictions?|filters?|safeguards?|prompts?)',
      'prompt ?inje(k|c)tion*',
      'jailbreaks?( versuche*| angriffe*)?',
      '(system|sicherheits)?(anweisung|instruktion|vorgabe|regel|richtlinie|vorschrift)* (zu )?(ignorier|umgeh|umgang|' +
        'überschreib|missacht|aushebel)*',
      'injections? de (prompt|commande|requête)s?',
      "injections? d'invites?",
      '(contourn|ignor|outrepass)(er|ent|ement|ant) (d)?(les|des|vos|ses|toutes les) (règles|instructions|consignes|protections|' +
        'garde-fous)',
    ],
  },
  {
    id: 'system-prompt',
    title: 'text of the system prompt',
    detectors: ['system-prompt'],
    phrases: [
      'system (prompts?|messages?|instructions?)',
      'system level (prompts?|instructions?)',
      '(your|its|the|our)? ?(internal|hidden|initial|own|secret|confidential|developer|underlying) (system )?(instructions?|prompts?)',
      'your (own )?(instructions?|prompts?)',
      'meta ?prompts?',
      'pre ?prompts?',
      'system ?(prompt|anweisung|nachricht|instruktion|vorgabe)*',
      '(intern|eigen|geheim|versteckt)(e|en|er) (anweisung|instruktion|prompt)*',
      '(prompts?|invites?|instructions?|messages?|consignes?) (du )?syst(è|e)mes?',
      '(instructions?|consignes?) (internes?|cachées?|secrètes?)',
    ],
  },
];
