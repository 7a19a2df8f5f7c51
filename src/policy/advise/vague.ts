// Words in rules that readers, and judges, understand in different ways, in English and German. See compile/phrases.ts for how they
// are written.

export interface Vague {
  phrases: readonly string[];
  severity: 'low' | 'medium' | 'high';
  type: 'ambiguity' | 'actionability';
  /** What is wrong with them: follows the words. */
  description: string;
  suggestion: string;
}

export const VAGUE: readonly Vague[] = [
  {
    phrases: [
      'generally',
      'usually',
      'normally',
      'typically',
      'often',
      'sometimes',
      'mostly',
      'in general',
      'as a rule',
      'in der regel',
      'meist(ens)?',
      'normalerweise',
      'üblicherweise',
      'grundsätzlich',
      'im allgemeinen',
      'manchmal',
      'oft',
      'häufig',
    ],
    severity: 'medium',
    type: 'ambiguity',
    description: 'leaves open when the rule holds',
    suggestion: 'Say that it always holds, and name the exceptions.',
  },
  {
    phrases: [
      'if (possible|appropriate|necessary|needed)',
      'where (possible|appropriate|necessary)',
      'when (possible|appropriate)',
      'as (appropriate|needed|necessary)',
      'unless necessary',
      'wenn (möglich|nötig|angemessen)',
      'falls (möglich|nötig|erforderlich)',
      'gegebenenfalls',
      'nach möglichkeit',
      'möglichst',
      'sofern (möglich|nötig)',
    ],
    severity: 'medium',
    type: 'ambiguity',
    description: 'lets everybody decide for themselves',
    suggestion: 'Name the case that is meant, or leave it out.',
  },
  {
    phrases: [
      'inappropriate(ly)?',
      'improper(ly)?',
      'unsuitable',
      'bad( content| things| stuff)?',
      'harmful( content| things)?',
      'problematic',
      'questionable',
      'dubious',
      'unangemessen*',
      'unpassend*',
      'ungeeignet*',
      'problematisch*',
      'schädlich*',
      'bedenklich*',
      'fragwürdig*',
    ],
    severity: 'high',
    type: 'ambiguity',
    description: 'is a judgement, not a definition',
    suggestion: 'Say what exactly is meant: insults, violence, sexual content, legal advice.',
  },
  {
    phrases: [
      'sensitive( company| customer| business| internal| user)? (data|information|content|details|topics?)',
      'confidential( company| customer| business| internal)? (data|information|content|details)',
      'critical (data|information)',
      'important (data|information)',
      'internal (data|information|stuff|things)',
      'sensible* (daten|information*|inhalte*|themen)',
      'vertrauliche* (daten|information*|inhalte*)',
      'kritische* (daten|information*)',
      'interne* (daten|information*)',
      'schützenswerte* daten',
    ],
    severity: 'high',
    type: 'ambiguity',
    description: 'names no kind of data that could be looked for',
    suggestion: 'List the kinds: payment card numbers, passwords, names of projects in quotes.',
  },
  {
    phrases: ['and/or', 'und/oder', 'et/ou'],
    severity: 'low',
    type: 'ambiguity',
    description: 'says two things at once',
    suggestion: 'Write "or": either of them violates the rule.',
  },
  {
    phrases: [
      'should',
      'ought to',
      'try (not )?to',
      'attempt to',
      'be careful',
      'take care',
      'please',
      'ideally',
      'preferably',
      'sollte*',
      'bemühe*',
      'versuche*',
      'bitte',
      'idealerweise',
      'achte* darauf',
    ],
    severity: 'low',
    type: 'actionability',
    description: 'is a wish rather than a rule',
    suggestion: 'Write "must" or "must not".',
  },
];

/** Two negations that readers have to resolve. */
export const DOUBLE_NEGATIONS: readonly string[] = [
  "(not|never|n't|don'?t) (\\p{L}+ )?(un|in|im|il)(acceptable|allowed|authori[sz]ed|permitted|permissible|necessary|common|" +
    'lawful|appropriate|sensitive|protected)',
  "(do not|don'?t|never) (fail|forget|omit|refuse|refrain|avoid|prohibit|forbid|disallow)( to| from)?",
  'not (\\p{L}+ ){0,4}without',
  'never (\\p{L}+ ){0,4}without',
  '(no|not|never) (\\p{L}+ ){0,3}(no|not|never)',
  '(nicht|nie|niemals|kein*) (\\p{L}+ )?(un(erlaubt|zulässig|üblich|geschützt|angemessen|vertraulich)*|verboten)',
  '(nicht|nie|niemals|kein*) (\\p{L}+ ){0,4}ohne',
  '(nicht|nie|niemals|kein*) (\\p{L}+ ){0,3}(nicht|nie|niemals|kein*)',
];
