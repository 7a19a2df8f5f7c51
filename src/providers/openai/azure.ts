// OpenAI's models at Azure: the OpenAI dialect with another header and, in its older form, other paths. No provider type of its
// own: known by the host of the endpoint.
import type { SnapshotProvider } from '../../snapshot/snapshot.ts';
import type { Operation } from '../provider.ts';
import { openAiPath } from './paths.ts';

const HOST = /^https:\/\/[a-z0-9-]+\.(?:openai|cognitiveservices|services\.ai)\.azure\.com(?::443)?(?:\/|$)/i;
/** The last one: what is newer comes under /openai/v1, which has no versions in its query. */
const API_VERSION = 'api-version=2024-10-21';

/**
 * What an endpoint stands for. `resource`: the host alone, served through /openai/v1. `v1`: as OpenAI. `deployments`: /openai,
 * with the model in the path. `deployment`: /openai/deployments/<name>, which is one model.
 */
export type AzureForm = 'resource' | 'v1' | 'deployments' | 'deployment';

export function isAzureEndpoint(endpoint: string): boolean {
  return HOST.test(endpoint);
}

export function azureForm(endpoint: string): AzureForm {
  const path = new URL(endpoint).pathname.replace(/\/+$/, '');
  if (path === '') return 'resource';
  if (/^\/openai(?:\/deployments)?$/.test(path)) return 'deployments';
  return /^\/openai\/deployments\/[^/]+$/.test(path) ? 'deployment' : 'v1';
}

/** What lies between an endpoint of this form and its deployments. */
export function deploymentsPath(endpoint: string): string {
  return /\/deployments\/*$/.test(new URL(endpoint).pathname) ? '' : '/deployments';
}

/** Path and query below the endpoint. `model`: the name of the deployment. */
export function azurePath(endpoint: string, operation: Operation, model: string): string {
  const path = openAiPath({ operation, model });
  switch (azureForm(endpoint)) {
    case 'resource':
      return `/openai/v1${path}`;
    case 'deployments':
      return `${deploymentsPath(endpoint)}/${encodeURIComponent(model)}${path}?${API_VERSION}`;
    case 'deployment':
      return `${path}?${API_VERSION}`;
    case 'v1':
      return path;
  }
}

/** Headers of every request, as a flat list of name, value. */
export function authorizeAzure(credential: SnapshotProvider['credential']): readonly string[] {
  return credential === undefined ? [] : ['api-key', credential.secret];
}
