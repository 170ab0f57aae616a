import { sameThread } from "../../../storage/sqlite/writer_thread.ts";
import { storageSuite } from "../../conformance/storage_suite.ts";
import { openSqlite } from "./open_storage.ts";

storageSuite("sqlite", () => openSqlite());
storageSuite("sqlite in one thread", () => openSqlite({ spawn: sameThread }));
