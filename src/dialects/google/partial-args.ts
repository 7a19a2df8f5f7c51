// Arguments that come piece by piece, each with the JSONPath of where it belongs, as the JSON text that they make. Pieces come in
// the order of the text, so every piece can be passed on as it comes.
import { asArray, asObject, asString } from './json.ts';

type Step = string | number;

/** `$.a[0]['b c']` -> ['a', 0, 'b c']. */
function stepsOf(path: string): Step[] {
  const steps = path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/g);
  return [...steps].map(([, name, index, single, double]) =>
    index === undefined ? (name ?? (single ?? double ?? '').replaceAll(/\\(.)/g, '$1')) : Number(index),
  );
}

interface Container {
  isArray: boolean;
  /** The member that is being written. */
  step: Step | undefined;
}

export class PartialArgs {
  readonly #open: Container[] = [];
  #inString = false;

  /** The text that one `partialArgs` list adds. */
  add(partialArgs: unknown): string {
    return asArray(partialArgs)
      .map((part) => this.#addOne(asObject(part)))
      .join('');
  }

  /** The rest of the text: whatever is open is closed. */
  end(): string {
    if (this.#open.length === 0) return '{}';
    return this.#closeString() + this.#closeTo(0);
  }

  #addOne(part: Record<string, unknown>): string {
    const steps = stepsOf(asString(part['jsonPath']));
    if (steps.length === 0) return '';
    const { stringValue } = part;
    const isString = typeof stringValue === 'string';
    let text = '';
    if (!(this.#inString && this.#isAt(steps))) {
      text = this.#closeString() + this.#moveTo(steps);
      if (!isString) return text + JSON.stringify(scalarOf(part));
      text += '"';
      this.#inString = true;
    }
    if (isString) text += JSON.stringify(stringValue).slice(1, -1);
    return part['willContinue'] === true ? text : text + this.#closeString();
  }

  #isAt(steps: readonly Step[]): boolean {
    return steps.length === this.#open.length && steps.every((step, depth) => this.#open[depth]?.step === step);
  }

  #moveTo(steps: readonly Step[]): string {
    let shared = 0;
    while (shared < steps.length - 1 && shared < this.#open.length - 1 && this.#open[shared]!.step === steps[shared]) shared++;
    let text = this.#closeTo(shared + 1);
    for (let depth = shared; depth < steps.length; depth++) {
      const step = steps[depth]!;
      let container = this.#open[depth];
      if (container === undefined) {
        container = { isArray: typeof step === 'number', step: undefined };
        this.#open.push(container);
        text += container.isArray ? '[' : '{';
      }
      if (container.step !== undefined) text += ',';
      container.step = step;
      if (!container.isArray) text += `${JSON.stringify(String(step))}:`;
    }
    return text;
  }

  #closeTo(depth: number): string {
    let text = '';
    while (this.#open.length > depth) text += this.#open.pop()!.isArray ? ']' : '}';
    return text;
  }

  #closeString(): string {
    if (!this.#inString) return '';
    this.#inString = false;
    return '"';
  }
}

function scalarOf(part: Record<string, unknown>): unknown {
  if (typeof part['numberValue'] === 'number') return part['numberValue'];
  if (typeof part['boolValue'] === 'boolean') return part['boolValue'];
  return null;
}
