// Words around what is inserted into a sentence, in English, German and French. See phrases.ts for how they are written.

/** The finite verb of a sentence, or the negation before it: what a subject waits for. */
export const FINITE = [
  '(may|might|must|shall|should|can|could|will|would|do|does)(n\'?t)?',
  'cannot',
  "(is|are|was|were|has|have)(n't)?",
  'goes',
  'leaves',
  'belongs?',
  'stays?',
  'd(a|ü)rf(en|te|ten)?',
  '(kann|können|könnten?|muss|müssen|soll|sollen|sollten?)',
  '(wird|werden|ist|sind|hat|haben|bleibt|bleiben|gehört|gehören)',
  '(peu(t|vent)|doi(t|vent)|est|sont|ne|reste(nt)?)',
] as const;

/** After these, what is done is still to be said: "data may, ...". They permit nothing by themselves. */
export const MODALS = [
  '(may|might|can|could)',
  'd(a|ü)rf(en|te|ten)?',
  '(kann|können|könnten?)',
  '(peu(t|vent|x)|pouvez)',
] as const;

/** As the source of an expression. */
export const PRONOUN = '(?:man|wir|sie|ich|du|ihr|er|you|we|they|i|one|he|she|on|nous|vous|ils?|elles?)';

/** Verbs and negations that something still has to follow, if less surely so than modals. */
export const OPEN = [
  '(must|shall|should|will|would|do|does|is|are|was|were|be|been|has|have)(n\'?t)?',
  "(may|might|can|could)n'?t",
  'cannot',
  '(muss|müssen|soll|sollen|sollten?|wird|werden|ist|sind|hat|haben)',
  '(doi(t|vent)|devez|est|sont|faut)',
  '(not|never|nicht|nie|niemals|pas|jamais)',
] as const;

/** What holds in spite of it. */
export const CONCESSIONS = [
  'even (if|when|though|with|where|on|at|for|after)',
  'whether',
  'no matter',
  'whatever',
  'was auch immer',
  'quoi que',
  'regardless',
  'despite',
  'in spite of',
  'notwithstanding',
  '(auch|selbst) (wenn|falls|bei|mit|nach|für|auf|dann)',
  'egal',
  'unabhängig',
  'ungeachtet',
  'trotz',
  'ob',
  'même (si|quand|avec|en|sur|après)',
  'peu importe',
  'quel(s|le|les)? que',
  'malgré',
] as const;

/** Begin a clause of its own, or say when and as what. */
export const SUBORDINATORS = [
  'if',
  'when',
  'whenever',
  'where',
  'wherever',
  'as',
  'since',
  'because',
  'although',
  'though',
  'while',
  'provided',
  'in case',
  'which',
  'who',
  'that',
  'wenn',
  'falls',
  'sofern',
  'soweit',
  'sobald',
  'solange',
  'obwohl',
  'da',
  'weil',
  'die',
  'welche',
  'si',
  'quand',
  'lorsque?',
  'qui',
  'que',
  'lesquel(s|les)',
] as const;

/** Begin a remark that is no clause: "of course", "under no circumstances". */
export const REMARKS = [
  'like',
  '(under|in|on|at|by|for|with|without|after|before|of|to|from|by|throughout|during)',
  'not even',
  'never',
  'therefore',
  'however',
  'and',
  'also',
  '(wie|als|unter|auf|zu|zum|zur|in|im|bei|ohne|mit|nach|vor|für|aus|gemäß|laut|auch|daher|und)',
  '(natürlich|selbstverständlich|grundsätzlich)',
  '(nie|niemals|keinesfalls)',
  '(comme|en|sous|sans|avec|après|avant|pour|par|bien sûr|selon|dans|et|jamais)',
] as const;
