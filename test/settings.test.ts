import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJudge } from '../src/reconcile/policy-judge.ts';
import { SETTINGS, SettingsError, environmentName, helpText, parseSettings } from '../src/settings.ts';
import { tableOf } from './fake/markdown.ts';

const COMMANDS = ['up', 'operator', 'gateway'] as const;
const failure = (...given: Parameters<typeof parseSettings>): string => {
  try {
    parseSettings(...given);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error('no mistake was found');
};

describe('the default judge', () => {
  it('is a connection and a model, or nobody', () => {
    expect(parseJudge('platform/judge', 'small')).toEqual({ llm: 'platform/judge', model: 'small' });
    expect(parseJudge(undefined, undefined)).toBeUndefined();
  });

  it.each([
    ['platform/judge', undefined, 'belong together'],
    [undefined, 'small', 'belong together'],
    ['judge', 'small', 'NAMESPACE/NAME'],
    ['a/b/c', 'small', 'NAMESPACE/NAME'],
    ['platform/judge', ' ', '--default-judge-model is empty'],
  ])('is refused as %s and %s, with the flag and the form that it needs', (llm, model, message) => {
    expect(() => parseJudge(llm, model)).toThrow(message);
  });
});

describe('settings', () => {
  it('have the defaults of the table', () => {
    expect(parseSettings('gateway', [], {})).toMatchObject({
      port: 8080,
      'metrics-port': 9090,
      'push-port': 8443,
      'log-level': 'info',
      'shutdown-grace': 300_000,
      'shutdown-delay': 5_000,
      'allow-loopback-endpoints': false,
      'body-budget': 512 * 1024 * 1024,
      file: [],
      host: undefined,
    });
  });

  it.each(COMMANDS)('of %s are all there and frozen, whoever they are for', (command) => {
    const settings = parseSettings(command, [], {});
    expect(Object.keys(settings).toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('come from the command line first, then from the environment', () => {
    const env = { FLASHBACK_PORT: '1', FLASHBACK_METRICS_PORT: '2' };
    expect(parseSettings('gateway', ['--port', '3'], env)).toMatchObject({ port: 3, 'metrics-port': 2 });
  });

  it('of another command are not read from the environment', () => {
    expect(parseSettings('gateway', [], { FLASHBACK_KUBECONFIG: '/x' }).kubeconfig).toBeUndefined();
  });

  it.each(['tcp://10.0.0.7:80', 'udp://10.0.0.7:80', 'sctp://[fd00::7]:80'])('skip %s, which Kubernetes sets for a Service called flashback', (link) => {
    const env = { FLASHBACK_PORT: link, FLASHBACK_METRICS_PORT: link, FLASHBACK_PUSH_PORT: '7443' };
    expect(parseSettings('gateway', [], env)).toMatchObject({ port: 8080, 'metrics-port': 9090, 'push-port': 7443 });
    expect(failure('gateway', ['--port', link], {})).toContain('--port must be a port');
  });

  it('may be lists: repeated, with commas, or in the environment', () => {
    expect(parseSettings('up', ['-f', 'a', '--file', 'b,c'], {}).file).toEqual(['a', 'b', 'c']);
    expect(parseSettings('operator', [], { FLASHBACK_GATEWAY: 'a:1,b:2,' }).gateway).toEqual(['a:1', 'b:2']);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['', false],
  ])('may be switches: %j in the environment is %j', (text, value) => {
    expect(parseSettings('gateway', [], { FLASHBACK_ALLOW_LOOPBACK_ENDPOINTS: text })['allow-loopback-endpoints']).toBe(value);
  });

  it('may be switches: the flag alone turns them on', () => {
    expect(parseSettings('gateway', ['--allow-loopback-endpoints'], {})['allow-loopback-endpoints']).toBe(true);
  });
});

it.each(COMMANDS)('no namespace may use the identity of the pods of %s unless it is listed', (command) => {
  const listed = (args: string[], env = {}): readonly string[] => parseSettings(command, args, env)['pod-identity-namespaces'];
  expect(listed([])).toEqual([]);
  expect(listed([], { FLASHBACK_POD_IDENTITY_NAMESPACES: '' })).toEqual([]);
  expect(listed([], { FLASHBACK_POD_IDENTITY_NAMESPACES: 'team-a, team-b' })).toEqual(['team-a', 'team-b']);
  expect(listed(['--pod-identity-namespaces', 'team-a', '--pod-identity-namespaces', 'b,*'])).toEqual(['team-a', 'b', '*']);
});

it('mebibytes come as bytes', () => {
  expect(parseSettings('up', ['--body-budget', '64'], {})['body-budget']).toBe(67_108_864);
  expect(parseSettings('gateway', [], { FLASHBACK_BODY_BUDGET: '2048' })['body-budget']).toBe(2_147_483_648);
});

describe('a mistake', () => {
  it.each(['63', '0', '-1', '64.5', '1Gi', '512MiB', '', '10000000'])('in mebibytes, %j, is named with what would do', (text) => {
    expect(failure('gateway', [`--body-budget=${text}`], {})).toBe(
      `--body-budget must be a whole number of MiB from 64 to 9999999, without a unit, not "${text}"`,
    );
  });
  it.each(['-1', '65536', '80a', '', '1e3'])('in a port, %j, is named', (port) => {
    expect(failure('gateway', [`--port=${port}`], {})).toBe(`--port must be a port from 0 to 65535, not "${port}"`);
  });
  it.each(['Team-A', 'team_a', '-a', 'team-a/llm', '**', 'a'.repeat(64)])('in names of namespaces, %j, is named', (text) => {
    expect(failure('operator', ['--pod-identity-namespaces', `team-a,${text}`], {})).toBe(
      `--pod-identity-namespaces must be names of namespaces with commas between, or * for all; "${text}" is neither`,
    );
  });
  it('in a duration is named with its flag', () => {
    expect(failure('gateway', ['--shutdown-grace', '5 minutes'], {})).toMatch(/^--shutdown-grace: "5 minutes" is not a duration/);
  });
  it('in a switch is not taken for "off"', () => {
    expect(failure('gateway', [], { FLASHBACK_ALLOW_LOOPBACK_ENDPOINTS: 'yes' })).toBe('--allow-loopback-endpoints must be true or false, not "yes"');
  });
  it('in a log level is named with those that exist', () => {
    expect(failure('up', ['--log-level', 'verbose'], {})).toBe('--log-level must be one of trace, debug, info, warn, error, silent, not "verbose"');
  });
  it.each([
    ['an unknown flag', ['--prot', '1']],
    ['a flag of another command', ['--kubeconfig', 'x']],
    ['a word too many', ['x']],
    ['a word too many after a flag', ['--port', '1', 'x']],
    ['a flag without its value', ['--port']],
    ['a value for a switch', ['--allow-loopback-endpoints=true']],
  ])('such as %s ends with where to look', (_what, args) => {
    expect(failure('gateway', args, {})).toMatch(/ See flashback gateway --help\.$/);
  });
});

it.each([[['manifests']], [['--port', '1', 'manifests']], [['-f', 'a.yaml', 'manifests', 'more']], [['--', 'manifests']]])(
  'a directory without its flag, as in up %j, ends with how it is meant',
  (args) => {
    expect(failure('up', args, {})).toBe('"manifests" follows no flag. Did you mean -f manifests?');
  },
);

it('an unknown flag is not taken for a directory', () => {
  expect(failure('up', ['--prot', '1'], {})).toBe("Unknown option '--prot'. See flashback up --help.");
});

describe.each(COMMANDS)('the help of %s', (command) => {
  it('names its flags, their defaults, and no others', () => {
    const lines = helpText(command).split('\n').filter((line) => line.startsWith('  '));
    const own = Object.entries(SETTINGS).filter(([, { commands }]) => (commands as readonly string[]).includes(command));
    expect(lines.map((line) => /--([a-z-]+)/.exec(line)?.[1])).toEqual(own.map(([name]) => name));
    own.forEach(([, setting], index) => {
      if ('default' in setting) expect(lines[index]).toContain(`(default ${setting.default})`);
    });
  });
});

it('docs/settings.md has a row for every setting, and no other', () => {
  const rows = tableOf(readFileSync('docs/settings.md', 'utf8'));
  const expected = Object.entries(SETTINGS).map(([name, setting]) => [
    name === 'file' ? '`-f`, `--file`' : `\`--${name}\``,
    `\`${environmentName(name)}\``,
    setting.commands.join(', '),
    'default' in setting ? `\`${setting.default}\`` : '',
    setting.help,
  ]);
  expect(rows).toEqual(expected);
});
