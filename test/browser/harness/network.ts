/** Owns a wire that can be pulled: what a page sends goes through it to the server, until it is cut. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Network {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #cut = false;

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.url = `http://localhost:${port}`;
  }

  static async to(target: string): Promise<Network> {
    const sockets = new Set<Socket>();
    const server = createServer();
    server.listen(0);
    await once(server, "listening");
    // CAST: a TCP server's address is an object.
    const network = new Network(server, (server.address() as AddressInfo).port, sockets);
    server.on("connection", (near) => network.#join(near, connect(Number(new URL(target).port), "localhost")));
    return network;
  }

  /** Everything that is open breaks, and nothing new gets through. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (this.#cut) near.destroy();
  }
}
