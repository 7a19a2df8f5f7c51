// What an exchange needs of the response that it writes to: the response itself, or one under guard.

type Headers = readonly string[];

export interface Outlet {
  readonly headersSent: boolean;
  readonly writableFinished: boolean;
  readonly writableLength: number;
  readonly closed: boolean;
  on(event: 'close', listener: () => void): unknown;
  once(event: 'close' | 'drain', listener: () => void): unknown;
  writeHead(status: number, headers: string[]): unknown;
  write(bytes: Buffer | string): boolean;
  end(bytes?: Buffer | string): unknown;
  destroy(): unknown;
}

/** Value of a header in a flat list of name, value. */
export function headerOf(headers: Headers, name: string): string {
  for (let index = 0; index < headers.length; index += 2) if (headers[index]!.toLowerCase() === name) return headers[index + 1]!;
  return '';
}

/** The list without a header. */
export const withoutHeader = (headers: Headers, name: string): string[] =>
  headers.filter((_, index) => headers[index - (index % 2)]!.toLowerCase() !== name);
