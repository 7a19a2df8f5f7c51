import { describe, expect, it } from 'vitest';
import { RETENTION } from '../../src/ledger/retention.ts';
import { ledgerOptions } from '../../src/ledger/settings.ts';

const options = (url: string | undefined, retention: string[] = []) => ledgerOptions({ url, retention, stateDir: '/var/lib/flashback' });

describe('the settings of the ledger', () => {
  it('name a file in the state directory, another place, or none', () => {
    expect(options(undefined)).toEqual({ url: '/var/lib/flashback/ledger.sqlite', retention: {} });
    expect(options('postgres://db/flashback')).toEqual({ url: 'postgres://db/flashback', retention: {} });
    expect(options('none')).toBeUndefined();
  });

  it('take a URL with the newline that files of Secrets end with', () => {
    expect(options('postgres://db/flashback\n')?.url).toBe('postgres://db/flashback');
  });

  it.each(['', ' \n'])('refuse a URL that is empty (%j), since no ledger has to be asked for', (url) => {
    expect(() => options(url)).toThrow('--ledger-url is empty');
  });

  it.each(Object.keys(RETENTION))('say how long %s are kept', (name) => {
    expect(options(undefined, [`${name}=500`, ...(name === 'minutes' ? ['hours=500', 'details=500'] : [])])?.retention).toMatchObject({ [name]: 500 });
  });

  it.each([
    ['minutes', 'takes NAME=DAYS of minutes, hours, details, records, not "minutes"'],
    ['weeks=3', 'not "weeks=3"'],
    ['toString=3', 'not "toString=3"'],
    ['records=1.5', 'not "records=1.5"'],
    ['records=0', 'retention.records has to be a whole number of days from 1'],
    ['minutes=900', 'retention.minutes must not be longer'],
  ])('refuse to keep %s', (item, message) => {
    expect(() => options(undefined, [item])).toThrow(RangeError);
    expect(() => options(undefined, [item])).toThrow(message);
  });
});
