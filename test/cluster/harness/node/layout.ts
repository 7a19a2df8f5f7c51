// Where a node keeps what it runs with, and the texts of its configuration files. Pure.
import { join } from 'node:path';
import { CNI_PLUGINS } from './binaries.ts';

export const NODE_NAME = 'node1';
export const BRIDGE = 'flashback0';
export const POD_NETWORK = '10.245.0.0/24';
/** The bridge's own address: what pods know the machine by, and where cluster DNS listens. */
export const HOST_ADDRESS = '10.245.0.1';
export const PAUSE_IMAGE = 'docker.io/flashback-test/pause:1';
/** Sockets have short paths, so they are not kept with the rest; one node a machine. */
export const RUN_DIRECTORY = '/run/flashback-node';
export const CONTAINERD_SOCKET = join(RUN_DIRECTORY, 'containerd.sock');

export function cniConfiguration(): string {
  const ipam = { type: 'host-local', ranges: [[{ subnet: POD_NETWORK, gateway: HOST_ADDRESS }]], routes: [{ dst: '0.0.0.0/0' }] };
  const bridge = { type: 'bridge', bridge: BRIDGE, isGateway: true, ipMasq: true, hairpinMode: true, ipam };
  return JSON.stringify({ cniVersion: '1.0.0', name: 'flashback-test', plugins: [bridge, { type: 'portmap', capabilities: { portMappings: true } }] });
}

/** Settings of containerd as TOML. */
export function containerdConfiguration(directory: string): string {
  return `version = 3
root = "${join(directory, 'containerd')}"
state = "${join(RUN_DIRECTORY, 'state')}"
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${PAUSE_IMAGE}"
[plugins."io.containerd.cri.v1.runtime"]
  # Root of a container or a small virtual machine may not lower the score of a process.
  restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["${CNI_PLUGINS}"]
  conf_dir = "${join(directory, 'cni')}"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
`;
}

export function kubeletConfiguration(authority: string): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { x509: { clientCAFile: authority }, webhook: { enabled: true }, anonymous: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    resolvConf: '',
    clusterDNS: [HOST_ADDRESS],
    clusterDomain: 'cluster.local',
    // A machine of developers or of CI is often nearly full, and that is no reason to evict pods.
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%' },
    // Secrets and ConfigMaps of pods follow within seconds, as the suites wait for them.
    syncFrequency: '5s',
  });
}

export function proxyConfiguration(kubeconfig: string): string {
  return JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    mode: 'iptables',
    hostnameOverride: NODE_NAME,
    conntrack: { maxPerCore: 0 },
  });
}

export function dnsConfiguration(kubeconfig: string): string {
  return `.:53 {\n  bind ${HOST_ADDRESS}\n  errors\n  kubernetes cluster.local {\n    kubeconfig ${kubeconfig} test\n  }\n}\n`;
}
