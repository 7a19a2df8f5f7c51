// Policies whose detectors are often wrong, or find also what the rule takes out: status says what they do, and what they wait for.
import { expect, it } from 'vitest';
import { Harness } from './harness.ts';

const NAMES = 'Customer names must not leave the company.';
const MASKED = 'No card numbers except masked card numbers.';

async function started(): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  harness.repository('repo');
  await harness.start();
  return harness;
}

const readyMessage = (harness: Harness, name: string) => harness.condition('AIPolicy', name, 'Ready')?.message;

it('names under Block wait for a judge, and follow the failure mode until there is one', async () => {
  const harness = await started();
  harness.policy('names', { content: NAMES });
  await harness.run();
  expect(harness.verdict('AIPolicy', 'names')).toBe('False JudgeMissing');
  expect(readyMessage(harness, 'names')).toMatch(/set spec\.judge .*its traffic is refused with 503/);
  expect(harness.content.policies['team/names']).toMatchObject({ detectors: [{ id: 'pii.person' }], judge: {}, failureMode: 'Closed' });
  expect(harness.content.policies['team/names']).not.toHaveProperty('judgeConfirms');
});

it('names under Block with detectors alone act as an alert, and status says so', async () => {
  const harness = await started();
  harness.policy('names', { content: NAMES, engine: 'Detectors' });
  await harness.run();
  expect(harness.verdict('AIPolicy', 'names')).toBe('True Succeeded');
  expect(harness.statusOf('names')).toMatchObject({ effectiveAction: 'Alert' });
  expect(harness.content.policies['team/names']).toMatchObject({ action: 'Alert' });
  expect(readyMessage(harness, 'names')).toContain('violations are alerted');
  expect(readyMessage(harness, 'names')).toContain('findings of names of persons only alert');
});

it('a policy that blocks other personal data says that it only alerts about names', async () => {
  const harness = await started();
  harness.policy('pii', { content: 'No personal data.' });
  await harness.run();
  expect(harness.statusOf('pii')).toMatchObject({ effectiveAction: 'Block' });
  expect(readyMessage(harness, 'pii')).toMatch(/violations are blocked .*findings of names of persons and postal addresses only alert/);
  harness.policy('pii', { content: 'No personal data.', action: 'Alert' });
  await harness.run();
  expect(readyMessage(harness, 'pii')).toBe('violations are alerted in the namespace team');
});

it('an exception that only a judge can tell waits for one, and refuses only what detectors have found', async () => {
  const harness = await started();
  harness.policy('cards', { content: MASKED });
  await harness.run();
  expect(harness.verdict('AIPolicy', 'cards')).toBe('False JudgeMissing');
  expect(readyMessage(harness, 'cards')).toContain('until then traffic in which detectors find something is refused with 503');
  expect(harness.content.policies['team/cards']).toMatchObject({
    detectors: [{ id: 'pii.card', advisory: true }],
    judge: {},
    judgeConfirms: true,
  });
});

it('a country that no detector knows is told in the plan', async () => {
  const harness = await started();
  harness.policy('phones', { content: 'No phone numbers.', countries: ['UK', 'XX'] });
  await harness.run();
  expect(harness.content.policies['team/phones']?.detectors).toEqual([{ id: 'pii.phone', countries: ['GB', 'XX'] }]);
  expect(harness.statusOf('phones').plan?.join(' ')).toMatch(/spec\.countries: .*XX/);
});
