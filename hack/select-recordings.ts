// Selects the recordings that test/fixtures/provider-traffic holds: node hack/select-recordings.ts <recordings.jsonl[.gz]>
// LICENSES.md must lie beside the file. Covers every wire format, provider and feature with the smallest records that do, takes
// out what is not needed, and refuses records that could hold a key or that quote pages of others.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { findKeyMaterial } from '../test/conformance/key-material.ts';
import type { Recording } from '../test/conformance/recordings.ts';

const TARGET = fileURLToPath(new URL('../test/fixtures/provider-traffic/', import.meta.url));
const MAX_RECORDS = 120;
const MAX_BYTES = 600 * 1024;
const MAX_RECORD_BYTES = 60 * 1024;

const FAMILIES: Readonly<Record<string, string>> = {
  'openai.chat': 'chat',
  'openai.responses': 'responses',
  'anthropic.messages': 'anthropic',
  'gemini.generateContent': 'google',
  'gemini.streamGenerateContent': 'google',
  'bedrock.converse': 'bedrock',
  'bedrock.converse-stream': 'bedrock',
};
/** Wanted of every family that has it. */
const CORE = new Set(
  (
    'tools tool_choice tool_call parallel_tools no_parallel tool_result image pdf reasoning_text ' +
    'thinking_signature thinking_replay encrypted_reasoning json_schema json_object structured_output ' +
    'cache_control cache_hit cache_write stop system multi_turn n>1 multi_candidates logprobs refusal error citations '
  )
    .trim()
    .split(' '),
);
/** Wanted once. */
const ONCE = [
  /^(?:finish:.*|tool_error|tool_result_image|custom_tool|legacy_functions|redacted_thinking|prefill)$/,
  /^(?:mid_system|error_in_.*|empty_.*|json_a.*|prompt_blocked|safety_.*|content_filter_results)$/,
  /^(?:guardrail|seed|include_usage|audio_output|retry_after|stream_requested|tool_use_tokens)$/,
  /^(?:server_tool|code_exec)$/,
];
/** Third parties' pages and files would come along. */
const QUOTING = new Set(['web_search', 'web_fetch', 'x_search_call', 'file_search', 'mcp', 'image_output', 'video']);
const LICENCES = /^(?:MIT|Apache-2\.0|BSD-[23]-Clause)(?: OR (?:MIT|Apache-2\.0|BSD-[23]-Clause))*$/;

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF',
).toString('base64');
const MIN_MEDIA = 200;

interface Source {
  licence: string;
  commit: string;
}

function sourcesIn(licenses: string): Map<string, Source> {
  const rows = licenses.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    rows.flatMap(([, repository = '', licence = '', commit = '']) =>
      /^[0-9a-f]{40}$/.test(commit) ? [[repository, { licence: licence.replace(/ \(.*$/, ''), commit }]] : [],
    ),
  );
}

/** Pictures and documents of others are replaced by the smallest of their kind: nothing here looks into them. */
function withoutMedia(value: unknown): unknown {
  if (typeof value === 'string') {
    const [, head = '', data = value] = /^(data:[^,]{1,100};base64,)([\s\S]*)$/.exec(value) ?? [];
    if (data.length < MIN_MEDIA || !/^[A-Za-z0-9+/=_\s-]+$/.test(data)) return value;
    if (data.startsWith('JVBER')) return head + PDF;
    return /^(?:iVBOR|\/9j\/|R0lGOD|UklGR)/.test(data) ? head + PNG : value;
  }
  if (Array.isArray(value)) return value.map(withoutMedia);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutMedia(member)]));
}

const KEPT_HEADERS = ['content-type', 'retry-after', 'x-amzn-errortype'];

function reduced(record: Recording, licence: string): Recording {
  const { id, source_repo, source_path, provider, api, stream, tags, request, response } = record;
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => KEPT_HEADERS.includes(name)));
  return {
    id,
    source_repo,
    source_path,
    license: licence,
    provider,
    api,
    stream,
    request: { path: request.path, query: request.query, body: withoutMedia(request.body) as Recording['request']['body'] },
    response: { ...response, headers },
    tags: tags.filter((tag) => tag !== 'ratelimit_headers'),
  };
}

function featuresOf({ api, provider, stream, tags }: Recording): string[] {
  const family = FAMILIES[api]!;
  return [
    `${api} ${stream}`,
    `${provider} ${family} ${stream}`,
    ...tags.flatMap((tag) =>
      CORE.has(tag) || tag.startsWith('http_') ? [`${family} ${tag}`] : ONCE.some((form) => form.test(tag)) ? [tag] : [],
    ),
    // Deltas of these are the hard part of streams.
    ...(stream
      ? tags
          .filter((tag) => /^(?:parallel_tools|tool_call|thinking_signature|refusal|logprobs)$/.test(tag))
          .map((tag) => `${family} stream ${tag}`)
      : []),
  ];
}

const sizeOf = (record: Recording): number => Buffer.byteLength(JSON.stringify(record));

/** Rare features first, each by the record that brings most that is new for its size. */
function cover(candidates: readonly Recording[]): Recording[] {
  const holders = Map.groupBy(
    candidates.flatMap((record) => featuresOf(record).map((feature) => ({ feature, record }))),
    ({ feature }) => feature,
  );
  const missing = new Set([...holders].toSorted(([, a], [, b]) => a.length - b.length).map(([feature]) => feature));
  const chosen: Recording[] = [];
  for (const feature of missing) {
    const worth = (record: Recording): number =>
      featuresOf(record).filter((other) => missing.has(other)).length / Math.sqrt(sizeOf(record));
    const best = holders
      .get(feature)!
      .map(({ record }) => record)
      .reduce((a, b) => (worth(b) > worth(a) ? b : a));
    chosen.push(best);
    for (const covered of featuresOf(best)) missing.delete(covered);
  }
  return chosen;
}

function noticeOf(records: readonly Recording[], sources: ReadonlyMap<string, Source>): string {
  const used = [...new Set(records.map(({ source_repo: name }) => name))].toSorted();
  const rows = used.map((name) => {
    const { licence, commit } = sources.get(name)!;
    const count = records.filter(({ source_repo: other }) => other === name).length;
    return `| [${name}](https://github.com/${name}/tree/${commit}) | ${licence} | \`${commit}\` | ${count} |`;
  });
  return `# Notice

\`records.jsonl\` holds recorded requests and answers of LLM providers. They come from HTTP recordings that the projects below keep
for their own tests, under the licence of each; its text and its copyright line are in the repository at that commit. Headers were
reduced, and images and documents in requests replaced by empty ones. Nothing else was changed. Made by
\`node hack/select-recordings.ts\`; do not edit by hand.

| repository | licence | commit | records |
| --- | --- | --- | --- |
${rows.join('\n')}

Those under the MIT licence are used by this permission:

> Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
> (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify,
> merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
> furnished to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included
> in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
> IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
> NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
> CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
}

const path = process.argv[2];
if (path === undefined) throw new Error('usage: node hack/select-recordings.ts <recordings.jsonl[.gz]>');
const bytes = readFileSync(path);
const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '');
const sources = sourcesIn(readFileSync(join(dirname(path), 'LICENSES.md'), 'utf8'));

const candidates = lines
  .map((line) => JSON.parse(line) as Recording)
  .filter(({ api, tags }) => api in FAMILIES && !tags.some((tag) => QUOTING.has(tag)))
  .filter(({ source_repo: name }) => LICENCES.test(sources.get(name)?.licence ?? ''))
  .map((record) => reduced(record, sources.get(record.source_repo)!.licence))
  // Streams of several turns in one file are not one answer.
  .filter(({ response }) => (response.body_text ?? '').split('"type":"message_start"').length <= 2)
  .filter((record) => sizeOf(record) <= MAX_RECORD_BYTES && findKeyMaterial(JSON.stringify(record)).length === 0);
const chosen = cover(candidates).toSorted((a, b) => (a.api + a.id < b.api + b.id ? -1 : 1));
const text = chosen.map((record) => `${JSON.stringify(record)}\n`).join('');
if (chosen.length > MAX_RECORDS || text.length > MAX_BYTES) throw new Error(`too much: ${chosen.length} records, ${text.length} bytes`);
writeFileSync(join(TARGET, 'records.jsonl'), text);
writeFileSync(join(TARGET, 'NOTICE.md'), noticeOf(chosen, sources));
console.log(`${chosen.length} records, ${text.length} bytes`);
