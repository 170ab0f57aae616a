/** A SASL security layer over a stream (RFC 4422 §3.7): sealed packets, each after its length in four octets. */
import type { SecurityLayer } from "../contract/mod.ts";
import type { ByteStream } from "../wire/byte_stream.ts";
import { ConnectionClosed } from "../wire/errors.ts";

/** RFC 4422 §3.7: "four octets in network byte order". */
const LENGTH_OCTETS = 4;
/** A packet is no larger whatever the layer would take. */
const LARGEST_PACKET = 16_777_215;

/** Opens what comes in and seals what goes out. */
export class SealedStream implements ByteStream {
  readonly #inner: ByteStream;
  readonly #layer: SecurityLayer;
  /** What has arrived of the next packets, lengths included: `0..#held`. */
  #sealed: Uint8Array<ArrayBuffer>;
  #held: number;
  /** What has been opened and not yet read. */
  #plain: Uint8Array = new Uint8Array(0);

  /** @param unread What has been read from `inner` already: its first packets. */
  constructor(inner: ByteStream, layer: SecurityLayer, unread: Uint8Array<ArrayBuffer>) {
    this.#inner = inner;
    this.#layer = layer;
    this.#sealed = unread;
    this.#held = unread.length;
  }

  /** Opened octets. @throws ConnectionClosed when a packet is too large or not whole, and what `unwrap` throws. */
  async read(into: Uint8Array): Promise<number | null> {
    // A packet may be empty.
    while (this.#plain.length === 0) {
      const packet = await this.#nextPacket();
      if (packet === null) return null;
      this.#plain = await this.#layer.unwrap(packet);
    }
    const taken = this.#plain.subarray(0, into.length);
    into.set(taken);
    this.#plain = this.#plain.subarray(taken.length);
    return taken.length;
  }

  /** Seals and sends as much as one packet takes. */
  async write(data: Uint8Array): Promise<number> {
    const plain = data.subarray(0, this.#layer.maximumOutput);
    const sealed = await this.#layer.wrap(plain);
    const packet = new Uint8Array(LENGTH_OCTETS + sealed.length);
    new DataView(packet.buffer).setUint32(0, sealed.length);
    packet.set(sealed, LENGTH_OCTETS);
    for (let at = 0; at < packet.length;) at += await this.#inner.write(packet.subarray(at));
    return plain.length;
  }

  /** Ends what is below: a layer has no word for it. */
  end(): Promise<void> {
    return this.#inner.end();
  }

  /**
   * RFC 8437 §3: nothing is sealed any more, in either direction: what was read last was the client's last packet. It waits
   * for the word that this is so, and what has come before may be anybody's.
   *
   * @throws ConnectionClosed when something has.
   */
  remove(): Uint8Array {
    if (this.#plain.length > 0 || this.#held > 0) {
      throw new ConnectionClosed("the client went on after the last packet");
    }
    this.#layer.release?.();
    return new Uint8Array(0);
  }

  /** Closes what is below. */
  close(): void {
    this.#inner.close();
    this.#layer.release?.();
  }

  async #nextPacket(): Promise<Uint8Array | null> {
    if (!await this.#hold(LENGTH_OCTETS)) return null;
    const length = new DataView(this.#sealed.buffer, this.#sealed.byteOffset).getUint32(0);
    // RFC 4422 §3.7: a packet larger than what was agreed ends the connection.
    if (length > Math.min(this.#layer.maximumInput, LARGEST_PACKET)) {
      throw new ConnectionClosed(
        `a sealed packet has ${length} octets; at most ${this.#layer.maximumInput} were agreed`,
      );
    }
    const whole = LENGTH_OCTETS + length;
    if (!await this.#hold(whole)) return null;
    const packet = this.#sealed.slice(LENGTH_OCTETS, whole);
    this.#sealed.copyWithin(0, whole, this.#held);
    this.#held -= whole;
    return packet;
  }

  /** Waits until so many octets are held. False when the stream ended before the first of them. */
  async #hold(count: number): Promise<boolean> {
    if (this.#sealed.length < count) {
      const grown = new Uint8Array(count);
      grown.set(this.#sealed.subarray(0, this.#held));
      this.#sealed = grown;
    }
    while (this.#held < count) {
      const arrived = await this.#inner.read(this.#sealed.subarray(this.#held));
      if (arrived === null && this.#held === 0) return false;
      if (arrived === null) throw new ConnectionClosed("the stream ended within a sealed packet");
      this.#held += arrived;
    }
    return true;
  }
}
