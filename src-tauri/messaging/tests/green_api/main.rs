//! GREEN-API over real sockets: what is proved here is what happens to bytes.
#![cfg(test)]

mod gateway;
mod lookups;
mod proxy;
mod receive;
mod send;
mod settings;
mod time;
mod tls;
