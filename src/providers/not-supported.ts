// What a provider says to an operation that it does not have.
import { GatewayError } from '../errors.ts';
import type { GatewayRequest } from './provider.ts';

export function notSupported({ model, operation }: Pick<GatewayRequest, 'model' | 'operation'>): GatewayError {
  const message = `The provider of ${model} has no operation ${operation}; name a model of a provider that has it.`;
  return new GatewayError('operation_not_supported', message, { param: 'model' });
}
