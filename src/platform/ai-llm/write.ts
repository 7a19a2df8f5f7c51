// Creates, changes and deletes connections to providers.
import { ANNOTATIONS } from '../../api/resources.ts';
import { demandObject } from '../by-id.ts';
import { auditObject, createNamed, demandFreeName, NOT_OURS } from '../changes.ts';
import { ApiError, type Operation, type Schema, type Services } from '../operation.ts';
import { AI_TYPES, displayNameOf, done, NAME, type AiType } from '../wire.ts';
import { demandWorkspace } from '../workspaces.ts';
import { credentialSecretName, credentialValues, demandOwnOrigin, demandSupported, given, specWith, type LlmInput } from './credential.ts';
import { AI_TYPE } from './dto.ts';
import { demandUnused } from './users.ts';

const OPTIONAL_TEXT = { type: ['string', 'null'] } as const;
const FIELDS: Record<string, Schema> = {
  name: NAME,
  aiType: AI_TYPE,
  endpoint: { ...OPTIONAL_TEXT, maxLength: 2048, description: 'Base URL with the version path; the public one of the provider where it is absent. Required for OTHER.' },
  secret: { ...OPTIONAL_TEXT, maxLength: 65_536, description: 'The credential that authenticates. Kept in a Secret of Kubernetes, and never shown again.' },
  key: { ...OPTIONAL_TEXT, maxLength: 1024, description: 'AWS only: the access key id that belongs to the secret. Ignored for other types.' },
  apiKeyUuid: { ...OPTIONAL_TEXT, description: 'Refused: there are no stored credentials here.' },
};
const WRITTEN = done({ aiLlmId: { type: 'string' } }, ['aiLlmId']);

interface CreateBody extends LlmInput {
  name: string;
  aiType: AiType;
  workspaceId: string;
}

export const createAiLlm: Operation<Services, never, never, CreateBody> = {
  id: 'createAiLlm',
  method: 'post',
  path: '/ai/llm',
  tag: 'AI LLMs',
  summary: 'Connects a provider. Its credential is checked in the background, and on demand by validate.',
  rights: 'create on aillmconfigs in the namespace.',
  body: {
    type: 'object',
    required: ['name', 'aiType', 'workspaceId'],
    properties: { ...FIELDS, workspaceId: { type: 'string', minLength: 1, description: 'Name or UID of the namespace.' } },
  },
  answer: WRITTEN,
  errors: { 403: 'No right to create it in this workspace.', 409: NOT_OURS },
  async handle({ body, caller, access }, services) {
    const { objects } = services;
    const namespace = await demandWorkspace(body.workspaceId, 'create', 'aillmconfigs', { access, objects });
    demandSupported(body);
    const type = AI_TYPES[body.aiType];
    if (!['AWS', 'Other'].includes(type) && given(body.secret) === undefined) throw new ApiError(400, `secret is required for ${body.aiType}`);
    if (type === 'Other' && given(body.endpoint) === undefined) throw new ApiError(400, 'endpoint is required for OTHER');
    const name = body.name.trim();
    const created = await createNamed(objects, caller, 'AILLMConfig', { namespace, name, spec: (own) => specWith(undefined, body, own) });
    const { metadata } = created;
    const values = credentialValues(body, type);
    try {
      if (Object.keys(values).length > 0) await objects.writeSecret(namespace, credentialSecretName(metadata.name), values, { kind: 'AILLMConfig', name: metadata.name, uid: metadata.uid });
    } catch (error) {
      // Half of it is of no use to anybody.
      await objects.remove('AILLMConfig', metadata.uid);
      throw error;
    }
    await auditObject(services, caller, 'created', created);
    return { success: true, aiLlmId: metadata.uid };
  },
};

export const updateAiLlm: Operation<Services, { id: string }, never, LlmInput & { name?: string }> = {
  id: 'updateAiLlm',
  method: 'put',
  path: '/ai/llm/{id}',
  tag: 'AI LLMs',
  summary: 'Changes a connection; what is absent stays. A new credential replaces the working one only once the provider accepts it.',
  rights: 'update on aillmconfigs in the namespace.',
  body: { type: 'object', properties: FIELDS },
  answer: WRITTEN,
  errors: {
    400: 'A field is not valid, or another endpoint or aiType needs the secret.',
    403: 'No right to change it.',
    404: 'There is none with this id.',
    409: NOT_OURS,
  },
  async handle({ params, body, caller, access }, services) {
    const { objects } = services;
    const config = await demandObject('AILLMConfig', params.id, { verb: 'update' }, { access, objects });
    const { namespace, name: metadataName, uid } = config.metadata;
    demandSupported(body);
    demandOwnOrigin(config.spec, body);
    const name = given(body.name) ?? displayNameOf(config);
    demandFreeName(objects, 'AILLMConfig', namespace, name, uid);
    const values = credentialValues(body, body.aiType === undefined ? config.spec.type : AI_TYPES[body.aiType]);
    // First, so that the object never names a Secret that is not there.
    if (Object.keys(values).length > 0) await objects.writeSecret(namespace, credentialSecretName(metadataName), values, { kind: 'AILLMConfig', name: metadataName, uid });
    const updated = await objects.update('AILLMConfig', uid, (spec) => specWith(spec, body, metadataName), { [ANNOTATIONS.displayName]: name });
    await auditObject(services, caller, 'updated', updated, config);
    return { success: true, aiLlmId: uid };
  },
};

export const deleteAiLlm: Operation<Services, { id: string }> = {
  id: 'deleteAiLlm',
  method: 'delete',
  path: '/ai/llm/{id}',
  tag: 'AI LLMs',
  summary: 'Deletes a connection and its credential for good.',
  rights: 'delete on aillmconfigs in the namespace.',
  answer: done(),
  errors: { 403: 'No right to delete it, or a repository uses it; the message names those that the caller may see.', 404: 'There is none with this id.', 409: NOT_OURS },
  async handle({ params, caller, access }, services) {
    const { objects } = services;
    const config = await demandObject('AILLMConfig', params.id, { verb: 'delete' }, { access, objects });
    const { namespace, name, uid } = config.metadata;
    await demandUnused(config, { access, objects });
    await objects.remove('AILLMConfig', uid);
    await objects.removeSecret(namespace, credentialSecretName(name), uid);
    await auditObject(services, caller, 'deleted', config);
    return { success: true, message: 'deleted, and its credential with it' };
  },
};
