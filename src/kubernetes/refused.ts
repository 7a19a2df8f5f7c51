// What the API server refuses, in the words of the Platform API: its own sentence about the field, without the call and its path.
import { ApiError } from '../platform/operation.ts';
import { KubernetesError } from './kubernetes-error.ts';

/** `POST /apis/...: 422 Invalid: AILLMConfig.ai.flashback.tech "x" is invalid: spec.endpoint: ...` -> `endpoint: ...`. */
function sentenceOf({ message, reason }: KubernetesError): string {
  const mark = message.indexOf(`${reason}: `);
  const said = mark === -1 ? '' : message.slice(mark + reason.length + 2);
  const about = said.replace(/^\S+ "[^"]*" is invalid: /, '');
  return about.replaceAll(/(?<=^|\[|, )spec\./g, '');
}

/** @throws ApiError always: 400 for what is wrong with the object, 409 where the name is taken, 503 where trying again may help. */
export function refused(error: unknown): never {
  if (!(error instanceof KubernetesError)) throw error;
  const { code, reason } = error;
  const said = sentenceOf(error);
  const cause = new Error(`the API server answered ${code} ${reason}`);
  if (reason === 'AlreadyExists') throw new ApiError(409, 'an object of this name exists', { cause });
  if (code === 409) throw new ApiError(409, 'somebody else keeps changing it; try again', { cause });
  if (code === 404) throw new ApiError(404, said === '' ? 'it is gone' : said, { cause });
  if (code === 403 && !/ cannot \w+ resource /.test(said)) throw new ApiError(403, `the API server refuses this: ${said || reason}`, { cause });
  if (code === 403) throw new ApiError(503, 'the operator itself has no right to do this; set platformApi.enabled of the chart, which grants it', { cause });
  if (code === 400 || code === 422) throw new ApiError(400, said === '' ? 'the API server refuses this as not valid' : said, { cause });
  throw new ApiError(503, 'the API server cannot be reached, or has too much to do; try again', { cause });
}
