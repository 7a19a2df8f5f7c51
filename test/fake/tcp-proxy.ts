// A connection between two that can be made to stand still: bytes are taken, and none go on, as on a network that drops them.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #held: (() => void)[] = [];
  #holds: (bytes: Buffer, isAnswer: boolean) => boolean = () => false;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** On a port of its own, before `port` of this machine. */
  static async start(port: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server);
    server.on('connection', (caller) => proxy.#join(caller, connect(port, '127.0.0.1')));
    return proxy;
  }

  /** From now on holds what this says, and whatever follows it. */
  hold(what: (bytes: Buffer, isAnswer: boolean) => boolean = () => true): void {
    this.#holds = what;
  }

  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Everything that was held arrives, where anybody still waits for it. */
  resume(): void {
    this.#holds = () => false;
    for (const go of this.#held.splice(0)) go();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(caller: Socket, server: Socket): void {
    for (const [from, to, isAnswer] of [
      [caller, server, false],
      [server, caller, true],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('data', (bytes: Buffer) => {
        if (!this.isHolding && !this.#holds(bytes, isAnswer)) to.write(bytes);
        else this.#held.push(() => to.write(bytes));
      });
      // While it holds, neither end hears that the other has gone.
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!this.isHolding) to.destroy();
        else this.#held.push(() => to.destroy());
      });
    }
  }
}
