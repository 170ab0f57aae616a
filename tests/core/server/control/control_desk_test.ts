/** The control folder is the server's own: nothing that lies there leads it, or whoever asks, to other files. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { askServer } from "../../../../core/commands/ask_server.ts";
import { CommandError } from "../../../../core/commands/command.ts";
import { silentLog } from "../../../../core/observe/log.ts";
import { openControlDesk } from "../../../../core/server/control/control_desk.ts";
import type { ControlRequest } from "../../../../core/server/control/control_messages.ts";
import { recordedLog } from "../../../support/recorded_log.ts";

/** A data folder, and another folder with a file that is nobody's business. */
async function withFolders(test: (data: string, other: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const [data, other] = [`${folder}/data`, `${folder}/other`];
    for (const path of [data, other]) await Deno.mkdir(path);
    await Deno.writeTextFile(`${other}/file`, JSON.stringify({ ask: "plugins" }));
    await test(data, other);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function answering(asked: ControlRequest[]) {
  return (request: ControlRequest) => {
    asked.push(request);
    return Promise.resolve({ ok: true, plugins: [] } as const);
  };
}

Deno.test("control: a link in the place of the folder is not followed: nothing behind it is removed", async () => {
  await withFolders(async (dataFolder, other) => {
    await Deno.symlink(other, `${dataFolder}/control`);
    using recorded = recordedLog();
    await using desk = await openControlDesk({ dataFolder, log: recorded.log, answer: answering([]) });
    assertEquals(desk, undefined);
    assertEquals((await Array.fromAsync(Deno.readDir(other))).length, 1);
    assertEquals(recorded.events.length, 1);
  });
});

Deno.test("control: what is there of earlier servers is removed, and what is no request's is left alone", async () => {
  await withFolders(async (dataFolder) => {
    const id = "0".repeat(32), kept = ["notes", "folder"];
    await Deno.mkdir(`${dataFolder}/control/folder`, { recursive: true });
    await Deno.writeTextFile(`${dataFolder}/control/folder/file`, "");
    await Deno.writeTextFile(`${dataFolder}/control/notes`, "");
    for (const end of ["request", "taken", "unfinished", "answer"]) {
      await Deno.writeTextFile(`${dataFolder}/control/${id}.${end}`, "");
    }
    const asked: ControlRequest[] = [];
    await using _desk = await openControlDesk({ dataFolder, log: silentLog, answer: answering(asked) });
    const left = await Array.fromAsync(Deno.readDir(`${dataFolder}/control`), ({ name }) => name);
    assertEquals(left.toSorted(), kept.toSorted());
    assertEquals(await askServer(dataFolder, { ask: "plugins" }), { ok: true, plugins: [] });
    assertEquals(asked.length, 1);
  });
});

Deno.test("control: a request that is a link is not read", async () => {
  await withFolders(async (dataFolder, other) => {
    const asked: ControlRequest[] = [];
    await using _desk = await openControlDesk({ dataFolder, log: silentLog, answer: answering(asked) });
    await Deno.symlink(`${other}/file`, `${dataFolder}/control/${"1".repeat(32)}.request`);
    // Answered one after the other: when this one is, the one before has been looked at.
    assertEquals(await askServer(dataFolder, { ask: "plugins" }), { ok: true, plugins: [] });
    assertEquals(asked.length, 1);
  });
});

Deno.test("control: where the data folder is none, that is one line that names it", async () => {
  await withFolders(async (dataFolder) => {
    await Deno.writeTextFile(`${dataFolder}/file`, "");
    const { message } = await assertRejects(() => askServer(`${dataFolder}/file`, { ask: "plugins" }), CommandError);
    assertMatch(message, /\/file\/control: no server can be asked there: Not a directory [^\n]*; run this as [^\n]*$/);
  });
});
