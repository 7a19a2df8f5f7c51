// Models at AWS: Bedrock's Converse API.
import { bedrockProvider } from '../../dialects/bedrock/dialect.ts';
import type { Provider } from '../provider.ts';
import { readChatAnswer, toChatRequest, type ChatEndpoint } from '../translation.ts';
import { authorizeAws, type AwsSigning } from './authorization.ts';
import { conversePath } from './endpoint.ts';
import { readAwsError, refusesAwsCredential } from './error.ts';
import { verifyAws } from './verification.ts';

const CHAT: ChatEndpoint = {
  dialect: bedrockProvider,
  pathOf: ({ upstreamModel, stream }) => conversePath(upstreamModel, stream),
  modelInPath: true,
};

export function aws(signing: AwsSigning): Provider {
  return {
    type: 'AWS',
    defaultEndpoint: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    authorize: (credential) => authorizeAws(credential, signing),
    verify: verifyAws,
    toRequest: (request) => toChatRequest(CHAT, request),
    readAnswer: (context) => readChatAnswer(CHAT.dialect, context),
    toError: (status, body, headers = {}) => {
      const error = readAwsError(status, body, headers['x-amzn-errortype']);
      return { ...error, refusesCredential: refusesAwsCredential(status, error) };
    },
  };
}
