//! The store in memory keeps the contract.

use std::process::ExitCode;
use std::sync::Arc;

use chatapi_core::store::memory::MemoryStore;
use chatapi_testing::store_suite::StoreSuite;

fn main() -> ExitCode {
    StoreSuite::new().on("memory", async || Arc::new(MemoryStore::new()) as _).run()
}
