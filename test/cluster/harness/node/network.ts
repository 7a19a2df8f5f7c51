// The bridge that pods hang on, made before the first pod since cluster DNS listens on its address.
import { run } from '../command.ts';
import { BRIDGE, HOST_ADDRESS, POD_NETWORK } from './layout.ts';

/** A container engine on the same machine drops what is forwarded: pods may reach pods all the same. */
const FORWARDED = ['-s', '-d'].map((side) => ['FORWARD', side, POD_NETWORK, '-j', 'ACCEPT']);

const succeeds = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );

export async function openNetwork(): Promise<void> {
  if (!(await succeeds('ip', ['link', 'show', BRIDGE]))) await run('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  await run('ip', ['addr', 'replace', `${HOST_ADDRESS}/24`, 'dev', BRIDGE]);
  await run('ip', ['link', 'set', BRIDGE, 'up']);
  for (const rule of FORWARDED) if (!(await succeeds('iptables', ['-C', ...rule]))) await run('iptables', ['-I', ...rule]);
}

/** Takes away what `openNetwork` and the pods' plugins left behind. */
export async function closeNetwork(): Promise<void> {
  const namespaces = await run('ip', ['netns', 'list']).catch(() => '');
  for (const [name] of namespaces.matchAll(/^cni-\S+/gm)) await succeeds('ip', ['netns', 'del', name]);
  await succeeds('ip', ['link', 'del', BRIDGE]);
  for (const rule of FORWARDED) await succeeds('iptables', ['-D', ...rule]);
}
