#!/usr/bin/env node
// The command line: picks the process to run. Each is loaded only when asked for, since the Kubernetes client alone takes
// seconds and the gateway must never load it.
import { packageVersion, StartError } from './process.ts';
import { helpText, parseSettings, SettingsError, type Settings } from './settings.ts';

const COMMANDS = {
  up: { help: 'operator and gateway in one process, over a directory of manifests', load: async () => (await import('./up.ts')).up },
  operator: { help: 'the operator, against a Kubernetes API server', load: async () => (await import('./operator.ts')).operator },
  gateway: { help: 'the gateway, fed by operators', load: async () => (await import('./gateway.ts')).gateway },
  demo: { help: 'the demo provider alone: speaks the OpenAI API, knows nothing, only echoes', load: async () => (await import('./demo-command.ts')).demo },
} as const satisfies Record<string, { help: string; load: () => Promise<(settings: Settings) => Promise<void>> }>;

/** Commands that are no process: they have arguments of their own, and answer with an exit code. */
const TOOLS = {
  doctor: {
    help: 'looks an installation over, and says what to do about what is wrong',
    load: async () => {
      const { doctorCommand, DOCTOR_HELP } = await import('./doctor-command.ts');
      return { run: doctorCommand, help: DOCTOR_HELP };
    },
  },
  explain: {
    help: 'which policies govern a repository, and what a key opens, and why',
    load: async () => {
      const { explainCommand, EXPLAIN_HELP } = await import('./explain-command.ts');
      return { run: explainCommand, help: EXPLAIN_HELP };
    },
  },
  policy: {
    help: 'tests AIPolicies without a cluster, and advises on their rules',
    load: async () => {
      const { policyCommand, POLICY_HELP } = await import('./policy-command.ts');
      return { run: policyCommand, help: POLICY_HELP };
    },
  },
} as const satisfies Record<string, { help: string; load: () => Promise<Tool> }>;

interface Tool {
  run(args: readonly string[], env: Record<string, string | undefined>): Promise<number>;
  /** The text of --help. */
  help: string;
}

function isTool(name: string | undefined): name is keyof typeof TOOLS {
  return name !== undefined && Object.hasOwn(TOOLS, name);
}

function isCommand(name: string | undefined): name is keyof typeof COMMANDS {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

function overview(): string {
  const lines = Object.entries({ ...COMMANDS, ...TOOLS }).map(([name, { help }]) => `  ${name.padEnd(10)}${help}`);
  return `Usage: flashback COMMAND [options]\n\nCommands:\n${lines.join('\n')}\n\nflashback COMMAND --help lists its options.\n`;
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === '--version') {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  const wantsHelp = args.includes('--help') || args.includes('-h');
  if (isTool(name)) {
    const { run, help } = await TOOLS[name].load();
    if (!wantsHelp) return run(args, process.env);
    process.stdout.write(help);
    return 0;
  }
  if (!isCommand(name)) {
    const asked = name === undefined || name === 'help' || name === '--help' || name === '-h';
    (asked ? process.stdout : process.stderr).write(asked ? overview() : `flashback: there is no command "${name}".\n\n${overview()}`);
    return asked ? 0 : 2;
  }
  if (wantsHelp) {
    process.stdout.write(helpText(name));
    return 0;
  }
  const run = await COMMANDS[name].load();
  await run(parseSettings(name, args, process.env));
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SettingsError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`flashback: ${error.message}\n`);
  process.exitCode = error instanceof SettingsError ? 2 : 1;
}
