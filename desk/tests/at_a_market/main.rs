//! Desks at a market that runs in this process: money, letters, and the making of a desk.

mod mail;
mod making;
mod street;
mod wallet;
