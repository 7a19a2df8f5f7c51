// What `helm test` runs: makes a request as an application would. With a key it has to be answered; without one it has to be
// refused in the words of the gateway.
const { FLASHBACK_TEST_URL: base, OPENAI_API_KEY: key } = process.env;
const PATIENCE_MS = 120_000;
const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
const body = JSON.stringify({ model: 'demo-chat', messages: [{ role: 'user', content: 'Hello' }] });
const deadline = Date.now() + PATIENCE_MS;

async function attempt() {
  const response = await fetch(`${base}/chat/completions`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  const answer = JSON.parse(text);
  const isRight = key === undefined ? response.status === 401 && answer.error?.code !== undefined : answer.choices?.[0]?.message?.content !== undefined;
  return { isRight, said: `HTTP ${response.status}: ${text}` };
}

for (;;) {
  const { isRight, said } = await attempt().catch((error) => ({ isRight: false, said: String(error.cause ?? error) }));
  console.log(said);
  if (isRight) break;
  if (Date.now() > deadline) {
    console.error(`no ${key === undefined ? 'refusal' : 'answer'} of ${base} within ${PATIENCE_MS / 1000} s`);
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}
