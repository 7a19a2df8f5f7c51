// Words that forbid, allow, turn around or except, in English, German and French. See phrases.ts for how they are written.

/** Without a meaning of its own, it turns what it stands beside. */
export const NEGATIONS = [
  'not', 'never', 'no', 'none', 'neither', 'nor', 'cannot', 'can\'?t', 'don\'?t', 'doesn\'?t', 'mustn\'?t', 'won\'?t', 'shouldn\'?t', 'isn\'?t', 'aren\'?t', 'mayn\'?t', 'without', 'under no circumstances',
  'nicht', 'kein(e|en|er|em|es)?', 'niemals', 'nie', 'weder', 'noch', 'ohne', 'keinesfalls', 'keinerlei',
  'ne', 'n\'\\p{L}+', 'pas', 'jamais', 'aucun(e|s|es)?', 'ni', 'sans',
] as const;

/** What stops traffic: forbids, and negated it allows. */
export const STOPS = [
  'block(s|ed|ing)?', 'reject*', 'refus(e|es|ed|ing)', 'den(y|ies|ied)', 'forbid*', 'prohibit*', 'disallow*', 'bann?(s|ed)?', 'prevent*', 'avoid*', 'remov(e|es|ed|ing)', 'redact*', 'strip(s|ped)?', 'filter(s|ed)?', 'censor*', 'flag(s|ged|ging)?', 'off limits', 'taboo', 'unacceptable', 'violat*', 'no go', 'stop(s|ped)?', 'out of (prompts?|requests?|messages?)',
  'blockier*', '(ge)?sperr*', 'abzulehnen', 'lehn(e|t|en)', 'ablehn*', 'abgelehnt', 'zurückweis*', 'zurückgewiesen', 'verhinder*', 'unterbind*', 'unterbunden', 'verbiet*', 'verboten*', 'untersag*', 'unzulässig*', 'unerlaubt*', 'tabu', 'vermeid*', 'vermieden', 'entfern*', '(ge)?schwärz*', 'filtern', 'gefiltert', 'verstö(ß|ss)*', 'verstoßen',
  'interdi(t|te|ts|tes|re)', 'bloqu*', 'refus*', 'rejet*', 'empêch*', 'évite*', 'supprim*', 'prohib*',
] as const;

/** Said of something, they forbid to tell it; before something, they only describe it. */
export const STATES = [
  'confidential', 'secret', 'private', 'sensitive', 'restricted', 'classified', 'protected', 'internal', 'proprietary', 'undisclosed',
  'vertraulich', 'geheim', 'privat', 'schützenswert', 'geschützt', 'intern', 'sensibel',
  'confidentie(l|lle|ls|lles)', 'secr(et|ète|ets|ètes)', 'privée?s?', 'sensibles?', 'protégée?s?',
] as const;

/** What lets traffic pass: allows, and negated it forbids. */
export const PERMITS = [
  'ok', 'okay', 'fine', 'allow(s|ed|ing)?', 'permit(s|ted|ting)?', 'acceptable', 'accept(s|ed|ing)?', 'permissible', 'harmless', 'all right', 'alright', 'may', '(can|could) (still |also |safely |freely )?be', 'you can', 'exempt*', 'toler(ate|ated|able)', 'safe to', 'whitelist*', 'excluded', 'ignore',
  'erlaub(t|te|ten|en|e)', 'zulässig*', 'gestatte*', 'in ordnung', 'unbedenklich*', 'unproblematisch*', 'zugelassen', 'darf', 'dürfen', 'können', 'kann', 'ausgenommen',
  'autoris*', 'permis*', 'acceptables?', 'd\'accord', 'peu(t|vent) (être|figurer)', 'pouvez', 'tolér*', 'admis(es?)?',
] as const;

/** Permits in spite of their negation. */
export const PERMIT_IDIOMS = ['no problem', 'not a problem', 'no issue', 'kein problem', 'keine verletzung', 'no violations?', 'not violations?', 'not a violation', 'pas de problème'] as const;

/** What follows is an exception from what goes before. */
export const EXCEPTIONS = [
  'except( for| that)?', 'with the exceptions? of', 'excepting', 'excluding', 'apart from', 'aside from', 'other than', 'unless', 'exceptions?', 'anything but', 'everything but', 'save for', 'not including',
  'außer', 'ausser', 'außer bei', 'ausgenommen', 'mit ausnahme (von|der|des)', 'abgesehen von', 'es sei denn', 'bis auf', 'ausnahmen?',
  'sauf', 'excepté*', 'à l\'exception d(e|es|u)', 'hormis', 'hors', 'mis à part', 'à moins que',
] as const;

/** What follows is opposed to what goes before. */
export const OPPOSITIONS = ['but', 'however', 'whereas', 'while', 'although', 'yet', 'though', 'aber', 'jedoch', 'sondern', 'während', 'hingegen', 'dagegen', 'mais', 'cependant', 'toutefois', 'tandis que'] as const;

/** What follows are examples of what goes before, or all of it. */
export const EXAMPLES = ['such as', 'like', 'for example', 'for instance', 'e\\.g\\.?', 'namely', 'i\\.e\\.?', 'that is', 'specifically', 'wie', 'etwa', 'zum beispiel', 'z\\. ?b\\.?', 'beispielsweise', 'nämlich', 'd\\. ?h\\.?', 'also', 'tels? que', 'telles? que', 'comme', 'par exemple', 'p\\. ?ex\\.?', 'notamment', 'à savoir'] as const;

/** The list of examples is not all. */
export const OPEN_LISTS = ['etc\\.?', 'et ?cetera', 'and so on', 'and the like', 'and others?', 'and similar', 'or similar', 'and (any )?other', 'or (any )?other', 'among others', 'including', 'includes?', 'inclu(ded|ant|s)', 'incl\\.?', 'usw\\.?', 'und so weiter', 'u\\. ?a\\.?', 'unter anderem', 'und andere', 'oder andere', 'und ähnliche', 'einschlie(ß|ss)lich', 'inklusive', 'sowie andere', 'y compris', 'et autres', 'entre autres'] as const;
