//! Drives the program as people do: by its command line, its signals and real sockets.

mod instances;
mod outage;
mod requests;
mod settings;
mod starts;
mod stops;
mod superuser;
mod support;
