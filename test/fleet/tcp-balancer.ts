/** Owns a load balancer as plain as they come: each connection goes to the next node that takes it, and stays there. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class TcpBalancer implements AsyncDisposable {
  readonly #ports: readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = createServer((socket) => void this.#forward(socket));
  }

  static async start(ports: readonly number[]): Promise<TcpBalancer> {
    const balancer = new TcpBalancer(ports);
    balancer.#server.listen(0, "127.0.0.1");
    await once(balancer.#server, "listening");
    return balancer;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The balancer has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  async #forward(client: Socket): Promise<void> {
    this.#track(client);
    const node = await this.#anyNode();
    if (node === null) {
      client.destroy();
      return;
    }
    this.#track(node);
    client.once("close", () => node.destroy());
    node.once("close", () => client.destroy());
    client.pipe(node).pipe(client);
  }

  /** `null`: none takes connections. */
  async #anyNode(): Promise<Socket | null> {
    for (let tried = 0; tried < this.#ports.length; tried += 1) {
      const port = this.#ports[this.#next % this.#ports.length] ?? 0;
      this.#next += 1;
      const socket = connect(port, "127.0.0.1");
      const taken = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      if (taken) return socket;
    }
    return null;
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    // Every error is followed by a close.
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
