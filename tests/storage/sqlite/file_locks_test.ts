/** Who has the files of bodies locked, also where the file system locks less than usual. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { prepareDatabase } from "../../../storage/sqlite/database_file.ts";
import { migrations } from "../../../storage/sqlite/migrate.ts";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import { projectFolder } from "../../house/project_files.ts";
import { linesOf } from "../../support/lines_of.ts";
import { recorderTest } from "../../support/power_cut/recorder.ts";
import { namesIn } from "./watched_files.ts";
import { WriterAlone } from "./writer_alone.ts";

/** flock(2), "NFS details": who would keep out all others must have opened the file for writing, which no folder is. */
class LocksOfNfs implements Disposable {
  readonly #tryLockSync = Deno.FsFile.prototype.tryLockSync;

  constructor() {
    const { prototype } = Deno.FsFile, tryLockSync = this.#tryLockSync;
    prototype.tryLockSync = function (isAlone) {
      const { isDirectory, size } = this.statSync();
      if (isDirectory) throw new Error("Bad file descriptor (os error 9)");
      // Fails where it was not opened for writing.
      if (isAlone) this.truncateSync(size);
      return tryLockSync.call(this, isAlone);
    };
  }

  [Symbol.dispose](): void {
    Deno.FsFile.prototype.tryLockSync = this.#tryLockSync;
  }
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sqlite files: where locks are those of NFS, a new schema comes, and what nobody needs goes", async () => {
  await inFolder(async (folder) => {
    using _nfs = new LocksOfNfs();
    const file = `${folder}/mail.db`;
    using alone = await WriterAlone.open(file);
    alone.deliver(300_000, 300_000);
    alone.deliver(150_000, 150_000);
    await alone.closedFor(() => prepareDatabase(file, [...migrations, "CREATE TABLE more (id)"]));
    alone.expunge(1, 2, 3);
    alone.collect();
    assertEquals(namesIn(alone.files.folder), ["3"]);
    assertEquals((await alone.messages(`${file}.schema-${migrations.length}`)).size, 4);
  });
});

Deno.test("sqlite files: a program of an earlier version, which locks the folder itself, is seen, and sees a new one", async () => {
  await inFolder((folder) => {
    const files = new SegmentFiles(`${folder}/mail.db`);
    assertEquals(files.lockFolder(), "gone");
    files.makeFolder();
    {
      using earlier = Deno.openSync(files.folder);
      assertEquals(earlier.tryLockSync(true), true);
      assertEquals(files.lockFolder(), "busy");
    }
    const lock = files.lockFolder();
    assert(typeof lock !== "string");
    using _held = lock;
    using earlier = Deno.openSync(files.folder);
    assertEquals(earlier.tryLockSync(true), false);
    return Promise.resolve();
  });
});

Deno.test("sqlite files: a folder that cannot be opened for now is not taken for one without locks", async () => {
  await inFolder((folder) => {
    const files = new SegmentFiles(`${folder}/mail.db`), { openSync } = Deno;
    files.makeFolder();
    using earlier = openSync(files.folder);
    assertEquals(earlier.tryLockSync(true), true);
    Object.assign(Deno, {
      openSync(path: string, options?: Deno.OpenOptions) {
        if (path === files.folder) throw new Error("Too many open files (os error 24)");
        return openSync(path, options);
      },
    });
    try {
      assertThrows(() => files.lockFolder(), Error, "Too many open files");
    } finally {
      Object.assign(Deno, { openSync });
    }
    assertEquals(files.lockFolder(), "busy");
    return Promise.resolve();
  });
});

recorderTest(
  "sqlite files: a program that cannot lock the folder keeps out one that can, and the other way round",
  async () => {
    await inFolder(async (folder) => {
      const files = new SegmentFiles(`${folder}/mail.db`);
      files.makeFolder();
      await using other = whoCannotLock(files);
      assertEquals(await other.says(), "locked");
      assertEquals(files.lockFolder(), "busy");
      await other.tell();
      assertEquals(await other.says(), "let go");
      const lock = files.lockFolder();
      assert(typeof lock !== "string");
      using _held = lock;
      await other.tell();
      assertEquals(await other.says(), "busy");
    });
  },
);

/** A process that locks the files, lets go when it is told, and tries once more when it is told again. */
function whoCannotLock({ folder }: SegmentFiles) {
  const module = new URL("storage/sqlite/segment_files.ts", projectFolder);
  const code = `
    import { SegmentFiles } from "${module}";
    const files = new SegmentFiles("${folder.replace(/\.bodies$/, "")}.db");
    const told = () => Deno.stdin.read(new Uint8Array(1));
    const lock = files.lockFolder();
    console.log(typeof lock === "string" ? lock : "locked");
    await told();
    lock[Symbol.dispose]();
    console.log("let go");
    await told();
    console.log(files.lockFolder());
  `;
  const config = decodeURIComponent(new URL("deno.json", projectFolder).pathname);
  const program = ["run", "-q", "--no-check", "--no-prompt", "-A", "--config", config];
  const args = ["-f", "-o", "/dev/null", "-P", folder, "-e", "inject=flock:error=EBADF", Deno.execPath(), ...program];
  const source = `data:text/javascript,${encodeURIComponent(code)}`;
  const child = new Deno.Command("strace", { args: [...args, source], stdin: "piped", stdout: "piped" }).spawn();
  const lines = linesOf(child.stdout), writer = child.stdin.getWriter();
  return {
    says: async () => (await lines.next()).value,
    tell: () => writer.write(new Uint8Array(1)),
    [Symbol.asyncDispose]: async () => {
      await writer.close();
      await lines.return(undefined);
      await child.status;
    },
  };
}
