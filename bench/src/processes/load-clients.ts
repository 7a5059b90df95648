/**
 * Many subscribers in a process of their own, as cheap as they can be: raw sockets that shake hands, subscribe and then
 * look only for a mark in the bytes. Says `connected` when the server has answered all, and `marked` when all have seen
 * the mark of the round.
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { maskedText } from "../fixtures/client-frame.ts";
import { mark } from "../fixtures/mark.ts";

const [port = "", path = "/", count = "1", subscribe = ""] = process.argv.slice(2);
const total = Number(count);
let connected = 0;
let round = 0;
let seen = 0;

const sockets: Socket[] = [];
for (let index = 0; index < total; index += 1) sockets.push(await open());

/** One after the other: a burst of handshakes is another benchmark. */
function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1");
    let tail = "";
    let waiting = 0;
    socket.on("error", reject);
    socket.once("data", (answer) => {
      if (!answer.toString("latin1").startsWith("HTTP/1.1 101")) {
        reject(new Error(answer.toString("latin1")));
        return;
      }
      if (subscribe !== "") socket.write(maskedText(subscribe));
      socket.on("data", (bytes) => {
        const text = tail + bytes.toString("latin1");
        if (waiting === round && text.includes(mark(round))) {
          waiting += 1;
          seenByOne();
        }
        tail = text.slice(-32);
      });
      resolve(socket);
    });
    const key = randomBytes(16).toString("base64");
    const headers = ["Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
    socket.write([`GET ${path} HTTP/1.1`, ...headers, `Sec-WebSocket-Key: ${key}`, "", ""].join("\r\n"));
  });
}

/** The first mark says that everybody is subscribed. */
function seenByOne(): void {
  seen += 1;
  if (seen < total) return;
  seen = 0;
  round += 1;
  process.send?.({ round });
}

connected = sockets.length;
process.send?.({ connected });
