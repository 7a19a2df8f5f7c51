// Whether a credential is good at Azure OpenAI: free calls only. The lists of models there hold all that Azure has; what can be
// called are deployments, which have a list of their own at the resource, but not under /openai/v1.
import { asRecord, parseObject, readOpenAiError, text } from '../error-body.ts';
import type { Probe, ProbeCall, Verification } from '../provider.ts';
import { isRefusal, refused, undecided, type ProbeAnswer } from '../verdicts.ts';
import { azureForm, azurePath, deploymentsPath } from './azure.ts';

type Call = Omit<ProbeCall, 'credential'>;

/** The only version that lists deployments to a key. */
const LIST_VERSION = 'api-version=2023-03-15-preview';
/** Said to every key from a network that the resource does not admit: about where we are, not who. */
const NETWORK = /virtual network|firewall|private endpoint|public access/i;
/** Nobody has it, so a good key is told that it does not exist. */
const NO_DEPLOYMENT = 'flashback-credential-check';
const NO_SUCH_DEPLOYMENT = 'DeploymentNotFound';

interface Check {
  /** Answers a good key in another way than a bad one. */
  prove: Call;
  accepts(answer: ProbeAnswer): boolean;
  deployments: Call | undefined;
}

function isList({ status, body }: ProbeAnswer): boolean {
  return status === 200 && Array.isArray(parseObject(body)['data']);
}

/** By the API, and not by some web server on the way. */
function refusesBody({ status, body }: ProbeAnswer): boolean {
  return (status === 400 || status === 422) && Object.keys(asRecord(parseObject(body)['error'])).length > 0;
}

function lacksDeployment({ status, body }: ProbeAnswer): boolean {
  return status === 404 && readOpenAiError(status, body).code === NO_SUCH_DEPLOYMENT;
}

function checkFor(endpoint: string): Check {
  const get = (path: string): Call => ({ method: 'GET', path });
  const emptyChat = (model: string): Call => ({ method: 'POST', path: azurePath(endpoint, 'chat', model), body: '{}' });
  switch (azureForm(endpoint)) {
    case 'resource':
      return { prove: get('/openai/v1/models'), accepts: isList, deployments: get(`/openai/deployments?${LIST_VERSION}`) };
    case 'v1':
      return { prove: get('/models'), accepts: isList, deployments: undefined };
    case 'deployments':
      return {
        prove: emptyChat(NO_DEPLOYMENT),
        accepts: (answer) => lacksDeployment(answer) || refusesBody(answer),
        deployments: get(`${deploymentsPath(endpoint)}?${LIST_VERSION}`),
      };
    case 'deployment':
      return { prove: emptyChat(''), accepts: refusesBody, deployments: undefined };
  }
}

function namesOf(body: string): string[] {
  const { data } = parseObject(body);
  const entries = Array.isArray(data) ? data.map(asRecord) : [];
  return entries.filter(({ status }) => status === undefined || status === 'succeeded').flatMap(({ id }) => text(id) ?? []);
}

/** Those of the resource; none, which stands for any, where there is no such list; the answer while that cannot be told. */
async function deploymentsAt(probe: Probe, call: Call | undefined): Promise<string[] | ProbeAnswer> {
  if (call === undefined) return [];
  const answer = await probe({ ...call, credential: 'given' });
  if (answer.status === 200) return namesOf(answer.body);
  return answer.status >= 400 && answer.status < 500 && answer.status !== 429 && answer.status !== 408 ? [] : answer;
}

/** Checks the credential of a probe whose endpoint is `endpoint`. */
export async function verifyAzure(probe: Probe, endpoint: string): Promise<Verification> {
  const { prove, accepts, deployments } = checkFor(endpoint);
  const answer = await probe({ ...prove, credential: 'given' });
  if (isRefusal(answer)) {
    const fromNetwork = answer.status === 403 && NETWORK.test(readOpenAiError(403, answer.body).message);
    return (fromNetwork ? undecided : refused)(answer, readOpenAiError);
  }
  if (!accepts(answer)) {
    return undecided(answer, readOpenAiError, '; is spec.endpoint https://<resource>.openai.azure.com/openai/v1?');
  }
  const models = await deploymentsAt(probe, deployments);
  if (!Array.isArray(models)) return undecided(models, readOpenAiError);
  return { verdict: 'valid', models, proven: isRefusal(await probe({ ...prove, credential: 'wrong' })) };
}
