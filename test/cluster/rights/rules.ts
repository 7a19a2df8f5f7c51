// What RBAC means for a call, in the few forms that there are: an object, a workspace, a list, a sum, a conversation. Each rule says of a
// caller what the answer is, from the rights that callers.ts says they have, and never from the code under test.
import { may, NAMES, TEAMS, type CallerName, type Team } from './callers.ts';
import { USED, type Target, type World } from './world.ts';

export interface Outcome {
  status: 200 | 400 | 403 | 404;
  /** Of a refusal, word for word. */
  message?: string;
  /** What the answer holds, and what it does not hold, of all that it could: ids. */
  shows?: readonly string[];
  hides?: readonly string[];
  /** Of statistics. */
  total?: number;
}
export type Rule = (caller: CallerName, target: Target, world: World) => Outcome;

type Resource = 'aillmconfigs' | 'repositories' | 'aipolicies';
const NOUNS = { aillmconfigs: 'AI LLM', repositories: 'repository', aipolicies: 'policy' } as const;
const ALLOWED: Outcome = { status: 200 };

const has = (caller: CallerName, right: string): boolean => may(caller, right, 'team-a');
const missing = (target: Target, right: string): Outcome => {
  const [verb, resource] = right.split(' ');
  return {
    status: 403,
    message: `${target.user} may not ${verb} ${resource}.ai.flashback.tech in the namespace team-a; RBAC of Kubernetes has to grant it`,
  };
};

/** An object of team-a by its id. `of`: its kind, where the right is on another one. */
export function object(right: string, id: (target: Target, world: World) => string, of?: Resource): Rule {
  const resource = of ?? (right.split(' ')[1] as Resource);
  return (caller, target, world) => {
    if (has(caller, right)) return ALLOWED;
    if (has(caller, `get ${resource}`) || has(caller, `list ${resource}`)) return missing(target, right);
    return { status: 404, message: `there is no ${NOUNS[resource]} with the id "${id(target, world)}" that you may see` };
  };
}

/** Something in team-a, which the call names as its workspace. */
export function workspace(right: string, field = 'workspaceId'): Rule {
  return (caller) =>
    has(caller, right) ? ALLOWED : { status: 403, message: `${field}: there is no workspace "team-a", or you may not ${right} in it` };
}

export function everybody(): Rule {
  return () => ALLOWED;
}

/** Whoever has the right in any team; who has it in none is told `message`. */
export function anywhere(right: string, message: string): Rule {
  return (caller) => (TEAMS.some((team) => may(caller, right, team)) ? ALLOWED : { status: 403, message });
}

/** A list of all teams in which the caller has the right; `id`: what it holds of each of them. */
export function list(right: string, id: (world: World, team: Team) => string): Rule {
  return (caller, _target, world) => ({
    status: 200,
    shows: TEAMS.filter((team) => may(caller, right, team)).map((team) => id(world, team)),
    hides: TEAMS.filter((team) => !may(caller, right, team)).map((team) => id(world, team)),
  });
}

/** A sum over all teams in which the caller has the right. `times`: how often a team has used what USED says. */
export function sum(right: string, times = 1): Rule {
  return (caller) => ({
    status: 200,
    total: times * TEAMS.filter((team) => may(caller, right, team)).reduce((all, team) => all + USED[team], 0),
  });
}

/** As `rule`; where it allows, the sum is that of team-a. */
export function sumOf(rule: Rule, times = 1): Rule {
  return (...asked) => {
    const outcome = rule(...asked);
    return outcome.status === 200 ? { status: 200, total: times * USED['team-a'] } : outcome;
  };
}

const noConversation = (id: string): Outcome => ({ status: 404, message: `there is no conversation with the id ${id}` });

/** A conversation that the caller began. */
export function ownConversation(id: (target: Target) => string, then: Rule = everybody()): Rule {
  return (caller, target, world) => (has(caller, 'list repositories') ? then(caller, target, world) : noConversation(id(target)));
}

/** One that somebody else began in team-a. */
export function othersConversation(id: (target: Target) => string, then: Rule = everybody()): Rule {
  return (caller, target, world) =>
    has(caller, 'list repositories') && has(caller, 'read-conversations repositories')
      ? then(caller, target, world)
      : noConversation(id(target));
}

export function needs(right: string): Rule {
  return (caller, target) => (has(caller, right) ? ALLOWED : missing(target, right));
}

export function refused(status: 403 | 400, message: string): Rule {
  return () => ({ status, message });
}

/** One's own rows where one may list repositories, and those of everybody with the right `others`. */
export function ownOrAll(
  others: string,
  ids: { own(world: World, caller: CallerName): string; others(world: World, team: Team): string },
): Rule {
  return (caller, _target, world) => {
    const rows = [
      ...NAMES.map((name) => ({
        id: ids.own(world, name),
        seen: has(caller, others) || (name === caller && has(caller, 'list repositories')),
      })),
      ...TEAMS.map((team) => ({ id: ids.others(world, team), seen: may(caller, others, team) })),
    ];
    return {
      status: 200,
      shows: rows.filter(({ seen }) => seen).map(({ id }) => id),
      hides: rows.filter(({ seen }) => !seen).map(({ id }) => id),
    };
  };
}
