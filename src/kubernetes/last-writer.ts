// Who wrote an object last, by its managed fields: these are read when the object arrives, and not kept.
import type { ObjectMeta } from '../api/resources.ts';

export interface LastWrite {
  /** Field manager. */
  manager: string;
  /** Milliseconds since the epoch. */
  at: number;
}

const writes = new WeakMap<object, LastWrite>();

/** The newest change that was not one of status; undefined where nobody says. */
export function lastWrite(fields: ObjectMeta['managedFields'] = []): LastWrite | undefined {
  const found = fields.flatMap(({ manager, subresource, time }) => {
    const at = Date.parse(time ?? '');
    return manager === undefined || subresource === 'status' || Number.isNaN(at) ? [] : [{ manager, at }];
  });
  return found.toSorted((a, b) => b.at - a.at)[0];
}

/** Has lastWriteOf answer for this object when its managed fields are gone. */
export function rememberWrite(object: { metadata: Pick<ObjectMeta, 'managedFields'> }): void {
  const write = lastWrite(object.metadata.managedFields);
  if (write !== undefined) writes.set(object, write);
}

export function lastWriteOf(object: object): LastWrite | undefined {
  return writes.get(object);
}
