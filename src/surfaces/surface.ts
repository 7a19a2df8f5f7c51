// A surface is an API dialect that a repository exposes: how its callers name themselves, read model lists and read errors.
import type { DialectError } from '../chat/dialect.ts';
import type { SnapshotProvider, SnapshotRepository } from '../snapshot/snapshot.ts';

export type SurfaceName = SnapshotRepository['surfaces'][number];

/** A model as lists show it. */
export interface ListedModel {
  id: string;
  /** Name of the AILLMConfig that serves it. */
  owner: string;
  /** Type of that. */
  provider: SnapshotProvider['type'];
  /** Name that the provider knows it by. */
  upstreamModel: string;
}

export interface Surface {
  readonly name: SurfaceName;
  /** Header in which its SDKs send the key; every surface also takes `Authorization: Bearer`. */
  readonly keyHeader: string | undefined;
  /** Header in which its SDKs look for the id of a request, where that is not `x-request-id`. */
  readonly requestIdHeader?: string;
  writeError(error: DialectError): object;
  listModels(models: readonly ListedModel[]): object;
  showModel(model: ListedModel): object;
}
