// Regions in hosts, models in paths.
import { expect, it } from 'vitest';
import { awsEndpointFlaw, conversePath, modelPath, regionOf } from '../../../src/providers/aws/endpoint.ts';

it.each([
  ['https://bedrock-runtime.us-east-1.amazonaws.com', 'us-east-1'],
  ['https://BEDROCK-RUNTIME.us-east-1.amazonaws.com:443/', 'us-east-1'],
  ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['https://bedrock-runtime.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['https://bedrock-runtime.ap-southeast-2.api.aws', 'ap-southeast-2'],
  ['https://bedrock-runtime.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
  ['https://vpce-0a1b-2c3d.bedrock-runtime.eu-west-3.vpce.amazonaws.com', 'eu-west-3'],
  ['https://vpce-0a1b-2c3d-eu-west-3a.bedrock-runtime-fips.eu-west-3.vpce.amazonaws.com', 'eu-west-3'],
])('%s is in %s', (endpoint, region) => {
  expect(regionOf(endpoint)).toBe(region);
  expect(awsEndpointFlaw(endpoint)).toBeUndefined();
});

it.each([
  'https://bedrock-runtime.us-east-1.amazonaws.com.example.org',
  'https://xbedrock-runtime.us-east-1.amazonaws.com',
  'https://bedrock-runtime.amazonaws.com',
  'https://bedrock.us-east-1.amazonaws.com',
  'https://10.0.0.1',
  'no URL',
])('%s tells no region', (endpoint) => {
  expect(regionOf(endpoint)).toBeUndefined();
  expect(awsEndpointFlaw(endpoint)).toContain('spec.endpoint');
});

it.each([
  ['us.amazon.nova-pro-v1:0', false, '/model/us.amazon.nova-pro-v1%3A0/converse'],
  ['us.amazon.nova-pro-v1:0', true, '/model/us.amazon.nova-pro-v1%3A0/converse-stream'],
  ['arn:aws:bedrock:us-east-1:1:inference-profile/a', false, '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fa/converse'],
  ['../x?y=(1)*', false, '/model/..%2Fx%3Fy%3D%281%29%2A/converse'],
  ['..', false, '/model/%2E%2E/converse'],
])('%s is asked for in one segment of the path', (model, stream, path) => {
  expect(conversePath(model, stream)).toBe(path);
});

it('other actions of a model have paths beside it', () => {
  expect(modelPath('amazon.titan-embed-text-v2:0', 'invoke')).toBe('/model/amazon.titan-embed-text-v2%3A0/invoke');
});
