// What a provider has billed is in the ledger to the token, although operator, gateway and database are killed again and again on the way
// there. One suite over every store.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { BilledShop } from './stack/billed-shop.ts';
import { PLACES } from './stack/ledger-places.ts';
import type { OperatorProcess } from './stack/stack.ts';

/** Answers between two kills. */
const ANSWERS = 60;
const ROUNDS = 3;

describe.each(Object.entries(PLACES))('the ledger in %s', (_name, startPlace) => {
  let shop: BilledShop;
  let operator: OperatorProcess;

  beforeAll(async () => {
    shop = await BilledShop.start(inject('kubectl'), startPlace);
    operator = await shop.startOperator();
    await shop.open();
  });
  afterAll(() => shop?.stop());

  test('has what the provider has billed, whoever was killed meanwhile', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await shop.traffic(ANSWERS, async () => {
        await operator.stop('SIGKILL');
        operator = await shop.startOperator();
      });
      await shop.traffic(ANSWERS, () => shop.place.crash());
      await shop.traffic(ANSWERS, () => Promise.all([operator.stop('SIGKILL'), shop.place.crash()]));
      // No request is under way, so that what was billed was answered.
      await shop.gateway.stop('SIGKILL');
      await shop.stack.project();
      [operator] = await Promise.all([shop.startOperator(), shop.startGateway()]);
      await shop.answers();
    }
    await shop.traffic(ANSWERS);
    await shop.settled();
  });

  test('changes nothing of what is stored when the operator ends and another goes on', async () => {
    expect(await operator.stop()).toBe(0);
    operator = await shop.startOperator();
    await operator.log('leading', ({ msg }) => msg === 'leading');
    await shop.traffic(ANSWERS);
    await shop.settled();
  });
});
