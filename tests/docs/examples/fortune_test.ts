/** docs/examples/fortune.ts: POP3 has one more command, and says so. */
import { playCommand } from "@quetzal/server/testing";
import fortune from "../../../docs/examples/fortune.ts";

Deno.test("examples: XFORTUNE tells a saying after the login, and CAPA has it", async () => {
  const transcript = `
    S: +OK{{any}}
    C: XFORTUNE
    S: -ERR{{any}}
    C: USER test@example.org
    S: +OK{{any}}
    C: PASS secret
    S: +OK{{any}}
    C: CAPA
    S: +OK{{any}}
    S: {{lines}}
    S: XFORTUNE
    S: {{lines}}
    S: .
    C: XFORTUNE
    S: +OK{{any}}
    S: ..
    S: .
    C: XFORTUNE please
    S: -ERR XFORTUNE takes no argument: fate is not to be argued with
    C: QUIT
    S: +OK{{any}}
  `;
  await playCommand("pop3", fortune, transcript, { options: { sayings: ["."] } });
});
