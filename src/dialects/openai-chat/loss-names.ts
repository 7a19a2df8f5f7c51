// Names of what is lost, as the caller wrote them.
import { own, type Json } from '../../chat/json.ts';
import { writtenName, type OtherNames } from '../../chat/written-names.ts';

const OTHERS: OtherNames = {
  max_completion_tokens: ['max_tokens'],
  reasoning_effort: ['reasoning', 'thinking'],
  tool_choice: ['function_call'],
  user: ['safety_identifier'],
};

/** `functions` of the older form come behind the tools. */
function toolPath(name: string, body: Json): string {
  const [, index, rest = ''] = /^tools\[(\d+)\](.*)$/.exec(name) ?? [];
  const tools = own(body, 'tools');
  const place = Number(index) - (Array.isArray(tools) ? tools.length : 0);
  return index === undefined || place < 0 ? name : `functions[${place}]${rest}`;
}

/** A result is a message of its own, whose content has no block around it. */
export function pathOf(name: string, body: Json): string {
  const path = name.replace(/^(messages\[\d+\]\.content)\[0\]\.content(?=\[)/, '$1');
  return path.startsWith('tools[') ? toolPath(path, body) : writtenName(path, body, OTHERS);
}
