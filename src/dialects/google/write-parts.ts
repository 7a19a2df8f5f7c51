// Blocks of the middle as parts of Google's contents.
import type { WriteContext } from '../../chat/dialect.ts';
import type { Block, DocumentBlock, ImageBlock, Signature, Source, ToolCallBlock } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import type { JsonObject } from './json.ts';
import { typeOfEnding } from './media-types.ts';
import type { ModelTraits } from './model.ts';

type MediaType = 'image' | 'document' | 'audio' | 'video';

/** What an address without a media type most likely leads to. */
const USUAL: Record<MediaType, string> = { image: 'image/jpeg', document: 'application/pdf', audio: 'audio/mpeg', video: 'video/mp4' };
const FILES = 'https://generativelanguage.googleapis.com/v1beta/';
/** Addresses that every model can read. */
const OF_GOOGLE = /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/|https:\/\/(?:www\.)?(?:youtube\.com|youtu\.be)\/)/;

function fileUri(source: Source): string | undefined {
  if (source.type === 'url') return source.url;
  if (source.type !== 'file') return undefined;
  if (source.id.startsWith('files/')) return `${FILES}${source.id}`;
  return /^(?:https?|gs):\/\//.test(source.id) ? source.id : undefined;
}

/** Undefined where the model cannot get at the bytes. */
export function mediaPart(source: Source, kind: MediaType, traits: ModelTraits): JsonObject | undefined {
  if (source.type === 'text') return { text: source.text };
  if (source.type === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } };
  const uri = fileUri(source);
  if (uri === undefined || !(traits.publicUrls ? /^(?:https?|gs):\/\//.test(uri) : OF_GOOGLE.test(uri))) return undefined;
  return { fileData: { fileUri: uri, mimeType: source.mediaType ?? typeOfEnding(uri) ?? USUAL[kind] } };
}

/** How closely to look at an image. */
function resolutionOf({ detail }: ImageBlock, at: string, { partResolution }: ModelTraits, losses: WriteContext['losses']): JsonObject {
  if (detail !== 'low' && detail !== 'high') return {};
  if (partResolution) return { mediaResolution: { level: `MEDIA_RESOLUTION_${detail.toUpperCase()}` } };
  losses.add(`${at}.detail`);
  return {};
}

/** Google has no field for a document's name and context, so the model reads them before it. */
function documentLabel({ name, context }: DocumentBlock): JsonObject[] {
  const label = [name, context].filter((text) => text !== undefined && text !== '').join('\n');
  return label === '' ? [] : [{ text: label }];
}

function signed(signature: Signature | undefined): JsonObject {
  return signature?.dialect === 'google' ? { thoughtSignature: signature.value } : {};
}

function argumentsOf({ arguments: text, kind }: ToolCallBlock): JsonObject {
  if (kind === 'custom') return { input: text };
  try {
    const json: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    if (isObject(json)) return json;
  } catch {
    // A model wrote what is no JSON: later turns of the conversation still need the call.
  }
  return { input: text };
}

/** Parts of one block, tool results apart. `at`: the block by the caller's name. */
export function partsOf(block: Block, at: string, traits: ModelTraits, { losses }: WriteContext): JsonObject[] {
  switch (block.type) {
    case 'text': {
      const signature = signed(block.signature);
      // Google refuses empty text, unless a signature is on it.
      return block.text === '' && Object.keys(signature).length === 0 ? [] : [{ text: block.text, ...signature }];
    }
    case 'refusal':
      return block.text === '' ? [] : [{ text: block.text }];
    case 'reasoning':
      // Thoughts are of use only to the model that signed them.
      return block.signature?.dialect === 'google' ? [{ thought: true, text: block.text, ...signed(block.signature) }] : [];
    case 'tool-call':
      return [{ functionCall: { id: block.id, name: block.name, args: argumentsOf(block) }, ...signed(block.signature) }];
    case 'image':
    case 'document':
    case 'audio':
    case 'video': {
      const part = mediaPart(block.source, block.type, traits);
      if (part === undefined) {
        losses.add(at);
        return [];
      }
      if (block.type === 'document' && block.citations === true) losses.add(`${at}.citations`);
      if (block.type === 'image') return [{ ...part, ...resolutionOf(block, at, traits, losses) }];
      return [...(block.type === 'document' ? documentLabel(block) : []), part];
    }
    case 'other':
      if (block.dialect === 'google' && isObject(block.value)) return block.kind === 'thoughtImage' ? [] : [block.value];
      losses.add(at);
      return [];
    case 'tool-result':
      return [];
    default:
      return block satisfies never;
  }
}
