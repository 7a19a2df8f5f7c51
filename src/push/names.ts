// Names that both ends of the push channel go by. On their own, so that gateways do not load what issues certificates.

/** Server name that gateways answer to, whatever address they have. */
export const GATEWAY_SERVER_NAME = 'flashback-gateway';
/** Common name of the only client that gateways listen to. */
export const OPERATOR_COMMON_NAME = 'flashback-operator';
/** How long a gateway holds a report before it answers that nothing has happened, in milliseconds. */
export const REPORT_HOLD = 25_000;
/** Largest snapshot that a gateway takes, as JSON, in bytes. */
export const MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024;
/** Where the operator asks a gateway, with POST, for what the ledger is to know. */
export const LEDGER_PATH = '/v1/ledger';
/** One answer of it holds no more: entries, and bytes of JSON. */
export const MAX_LEDGER_ENTRIES = 5_000;
export const MAX_LEDGER_BYTES = 2 * 1024 * 1024;
