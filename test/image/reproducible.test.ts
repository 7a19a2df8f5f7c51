// Whoever builds the image from the same sources gets the same: what runs can be compared with what it is said to be made from.
import { afterAll, expect, test } from 'vitest';
import { run } from '../cluster/harness/command.ts';
import { buildImage } from './engine.ts';

const NAMES = ['flashback-ai-gateway:once', 'flashback-ai-gateway:twice'];

afterAll(async () => {
  await run('docker', ['rmi', '--force', ...NAMES]);
});

test('an image that is built twice has equal layers', async () => {
  const layers: string[] = [];
  for (const name of NAMES) layers.push(await run('docker', ['inspect', '--format', '{{json .RootFS.Layers}}', await buildImage(name)]));
  expect(JSON.parse(layers[0]!)).toHaveLength(2);
  expect(layers[1]).toBe(layers[0]);
});
