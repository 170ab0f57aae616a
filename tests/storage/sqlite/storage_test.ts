import { storageSuite } from "../../conformance/storage_suite.ts";
import { openSqlite } from "./open_storage.ts";

storageSuite("sqlite", () => openSqlite());
