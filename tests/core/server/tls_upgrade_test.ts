import { assertEquals } from "@std/assert";
import { connect } from "node:tls";
import { socketStream } from "../../../core/server/socket_stream.ts";
import { TlsUpgrade } from "../../../core/server/tls_upgrade.ts";
import { selfSigned } from "../../../core/commands/self_signed.ts";

Deno.test("tls upgrade: RFC 8314 §4.3: the cipher suite is told by the name that IANA gives it", async () => {
  const made = await selfSigned(["localhost"], new Date());
  const upgrade = new TlsUpgrade({ ...made, endPoint: undefined, validTo: new Date() });
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const client = connect({ ...{ host: "127.0.0.1", port }, ...{ maxVersion: version, rejectUnauthorized: false } });
    const closed = new Promise((resolve) => client.once("close", resolve));
    const { stream, tls } = await upgrade.perform(socketStream(await listener.accept()));
    assertEquals([tls.version, tls.cipher], [version, client.getCipher().standardName]);
    stream.close();
    client.destroy();
    await closed;
  }
});
