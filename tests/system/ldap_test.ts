/** LDAP on a real server: what is injected before TLS, hostile octets, passwords that change, accounts that many have. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ber, joined, notation } from "../plugins/protocols/ldap/ber_notation.ts";
import { dialogue } from "../support/plain_client.ts";
import { alice, type TestServer, testServer } from "../support/test_server.ts";

const aliceName = "uid=alice,ou=people,dc=example,dc=org";
const bind = `{ 1 bindRequest { 3 "${aliceName}" [0] "${alice.password}" } }`;
const bound = '{ 1 bindResponse { success "" "" } }';
const whoAmI = '{ 2 extendedReq { [0] "1.3.6.1.4.1.4203.1.11.3" } }';
const isAlice = `{ 2 extendedResp { success "" "" [11] "dn:${aliceName}" } }`;
const startTls = '{ 3 extendedReq { [0] "1.3.6.1.4.1.1466.20037" } }';
const goAhead = '{ 3 extendedResp { success "" "" [10] "1.3.6.1.4.1.1466.20037" } }';

/** A socket that speaks the notation. */
class Client implements Disposable {
  readonly #socket: Deno.TcpConn;
  #conn: Deno.Conn;

  constructor(socket: Deno.TcpConn) {
    this.#socket = this.#conn = socket;
  }

  static async connect({ furtherPorts }: TestServer): Promise<Client> {
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port: furtherPorts.ldap ?? 0 }));
  }

  /** TLS from here on. */
  async secure({ certificate }: TestServer): Promise<void> {
    this.#conn = await Deno.startTls(this.#socket, { hostname: "localhost", caCerts: [certificate] });
  }

  async send(octets: Uint8Array): Promise<void> {
    for (let at = 0; at < octets.length;) at += await this.#conn.write(octets.subarray(at));
  }

  async ask(text: string): Promise<string | undefined> {
    await this.send(ber(text));
    return await this.hear();
  }

  /** The next message; undefined when the server has left. Messages here are short, or a little longer. */
  async hear(): Promise<string | undefined> {
    const header = await this.#read(2);
    if (header === undefined) return undefined;
    const more = (header[1] ?? 0) < 0x80 ? new Uint8Array(0) : await this.#read((header[1] ?? 0) & 0x7f);
    if (more === undefined) return undefined;
    const content = await this.#read(more.length === 0 ? header[1] ?? 0 : parseInt(more.toHex(), 16));
    return content && notation(joined([header, more, content]));
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #read(size: number): Promise<Uint8Array | undefined> {
    const octets = new Uint8Array(size);
    for (let at = 0; at < size;) {
      const count = await this.#conn.read(octets.subarray(at)).catch(() => null);
      if (count === null) return undefined;
      at += count;
    }
    return octets;
  }
}

const settings = { further: { ldap: {} }, furtherTls: "starttls" } as const;

Deno.test("server: RFC 4511 §4.14.1: what came in the clear with StartTLS is not done under TLS", async () => {
  await using server = await testServer(settings);
  using client = await Client.connect(server);
  // In one piece, as somebody on the way would have it.
  await client.send(joined([ber(startTls), ber(bind), ber(whoAmI)]));
  assertEquals(await client.hear(), goAhead);
  await client.secure(server);
  const other = '{ 9 extendedReq { [0] "1.3.6.1.4.1.4203.1.11.3" } }';
  assertEquals(await client.ask(other), '{ 9 extendedResp { success "" "" [11] "" } }');
  assertEquals(await client.ask(bind), bound);
  assertEquals(await client.ask(whoAmI), isAlice);
});

Deno.test("server: octets that are no LDAP end their session with a word, and others notice nothing", async () => {
  await using server = await testServer({ ...settings, cleartextAuth: true });
  using other = await Client.connect(server);
  assertEquals(await other.ask(bind), bound);
  for (const hex of ["3084ffffffff", "3080", "474554202f", "16030100c8", `308207d0${"a28207cc".repeat(500)}`]) {
    using client = await Client.connect(server);
    await client.send(Uint8Array.fromHex(hex));
    const notice = '{ 0 extendedResp { protocolError "" "that is no message" [10] "1.3.6.1.4.1.1466.20036" } }';
    assertEquals([await client.hear(), await client.hear()], [notice, undefined], hex);
  }
  // Half a message, and nobody there any more.
  (await Client.connect(server))[Symbol.dispose]();
  {
    using half = await Client.connect(server);
    await half.send(ber(bind).subarray(0, 20));
  }
  assertEquals(await other.ask(whoAmI), isAlice);
  assertEquals(server.log.filter(({ level }) => level === "error"), []);
});

Deno.test("server: a new password ends the sessions of LDAP too, and the old one lets nobody in", async () => {
  await using server = await testServer({ cleartextAuth: true, further: { ldap: {}, poppassd: {} } });
  using client = await Client.connect(server);
  assertEquals(await client.ask(bind), bound);
  await using session = await dialogue(server.furtherPorts.poppassd ?? 0);
  await session.line();
  for (const line of [`user ${alice.address}`, `pass ${alice.password}`]) await session.ask(line);
  assertStringIncludes(await session.ask("newpass another secret"), "200 ");
  assertEquals(await client.hear(), undefined);
  using another = await Client.connect(server);
  assertEquals(await another.ask(bind), '{ 1 bindResponse { invalidCredentials "" "" } }');
  assert(!JSON.stringify(server.log).includes("secret of alice"));
});

Deno.test("server: a server that drains tells the clients of LDAP why it leaves", async () => {
  await using server = await testServer({ ...settings, cleartextAuth: true });
  using client = await Client.connect(server);
  assertEquals(await client.ask(bind), bound);
  const drained = server.drain(new AbortController().signal);
  const notice = '{ 0 extendedResp { unavailable "" "the server is stopping" [10] "1.3.6.1.4.1.1466.20036" } }';
  assertEquals([await client.hear(), await client.hear()], [notice, undefined]);
  await drained;
});

Deno.test("server: thousands of accounts are a book that others can be served beside, over sqlite", async () => {
  await using server = await testServer({
    storage: "sqlite",
    cleartextAuth: true,
    further: { ldap: { "most_entries": 5 } },
  });
  const addresses = Array.from({ length: 3000 }, (_one, at) => `user${at}.name@example.org`);
  await server.storage.apply(addresses.map((address) => ({ do: "createAccount", address, secrets: {} }) as const));
  using client = await Client.connect(server);
  assertEquals(await client.ask(bind), bound);
  await client.send(ber(
    '{ 5 searchRequest { "dc=example,dc=org" wholeSubtree neverDerefAliases 0 0 FALSE (mail=*2999*) { "mail" } } }',
  ));
  const entry = 'user2999.name,ou=people,dc=example,dc=org" { { "mail" set { "user2999.name@example.org" } } } } }';
  assertEquals(await client.hear(), `{ 5 searchResEntry { "uid=${entry}`);
  assertEquals(await client.hear(), '{ 5 searchResDone { success "" "" } }');
});
