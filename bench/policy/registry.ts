// All rows of the table, in its order.
import { INJECTIONS } from './injections.ts';
import { JUDGES } from './judge-rows.ts';
import { PERSONAL_DATA } from './personal-data.ts';
import type { Row } from './rows.ts';
import { RULES } from './rules.ts';
import { SECRETS } from './secrets.ts';

export const ROWS: readonly Row[] = [...PERSONAL_DATA, ...SECRETS, ...INJECTIONS, ...RULES, ...JUDGES];
