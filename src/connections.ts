// All connections of a server, also those whose handshake goes on: node:https knows of none before its end, so that none of its own
// ways to close them does, and a caller who dials just then would keep the server open.
import type { Server, Socket } from 'node:net';

export class Connections {
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#keep(socket));
  }

  /** Ends them all, and every one that comes after. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): void {
    if (this.#isCut) return void socket.destroy();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
