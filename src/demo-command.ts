// The demo provider as a process of its own, for trying operator and gateway without an account. Not part of either.
import { startDemoProvider } from './demo/provider.ts';
import { firstSignal, listenOn } from './process.ts';
import type { Settings } from './settings.ts';
import { createLogger } from './telemetry/log.ts';

/** Runs until a signal. */
export async function demo(settings: Settings): Promise<void> {
  const signal = firstSignal(createLogger({ name: 'demo', level: settings['log-level'] }));
  const { host = '127.0.0.1' } = settings;
  await listenOn('port', settings.port, async () => {
    const { url } = await startDemoProvider({ port: settings.port, host });
    process.stdout.write(`demo provider on ${url}/v1; it accepts any key and only echoes\n`);
    return settings.port;
  });
  await signal;
  process.exit(0);
}
