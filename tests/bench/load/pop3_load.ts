/** The POP3 loads: whole sessions, and logins alone. */
import { type LoginLoad, numbers, type Pop3Load, type Ran, userName } from "./load.ts";
import { WireClient } from "./wire_client.ts";

/** Runs whole sessions; milliseconds of each. */
export function pop3Load(load: Pop3Load): Promise<Ran> {
  return sessions(load, async (client) => {
    await client.send("STAT\r\n");
    const [count = 0, octets = 0] = (await client.pop3Ok()).split(" ").slice(1).map(Number);
    await client.send("UIDL\r\n");
    await client.pop3Ok();
    await client.skipToDot();
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    if (load.pipelined) await client.send(numbers.map((number) => `RETR ${number}\r\n`).join(""));
    let received = 0;
    for (const number of numbers) {
      if (!load.pipelined) await client.send(`RETR ${number}\r\n`);
      await client.pop3Ok();
      received += await client.skipToDot();
    }
    // No line of the load's messages begins with a dot.
    if (received !== octets) throw new Error(`${received} octets came of ${octets}`);
  });
}

/** Runs logins; milliseconds of each. */
export function loginLoad(load: LoginLoad): Promise<Ran> {
  return sessions(load, () => Promise.resolve());
}

async function sessions(load: Pop3Load | LoginLoad, run: (client: WireClient) => Promise<void>): Promise<Ran> {
  const times: number[] = [];
  const turns = numbers(load);
  async function connection(own: number) {
    // A maildrop admits one session at a time: no user is shared by two connections (RFC 1939 §4).
    let user = own;
    for (const _ of turns) {
      const begun = performance.now();
      using client = await WireClient.connect(load.port, load.authorities);
      await client.pop3Ok();
      await client.send(`USER ${userName(load.users, user)}@${load.users.domain}\r\n`);
      await client.pop3Ok();
      await client.send(`PASS ${load.users.password}\r\n`);
      await client.pop3Ok();
      await run(client);
      await client.send("QUIT\r\n");
      await client.pop3Ok();
      times.push(performance.now() - begun);
      user += load.connections;
    }
  }
  const begun = performance.now();
  await Promise.all(Array.from({ length: load.connections }, (_, own) => connection(own)));
  return { times, begun };
}
